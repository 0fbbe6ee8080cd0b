import Foundation
import TestSupport
import Testing

@Suite struct `a site with notices that is checked` {
    private let checkup: Checkup
    private var folder: TemporaryFolder { checkup.folder }

    init() throws { checkup = try Checkup() }

    @Test func `passes with a program that can be run`() throws {
        try Shell.writeExecutable("#!/bin/sh\n", to: folder("tell"))
        try checkup.configure("repository = \"alice/blog\"", "notify = [\"\(folder("tell"))\"]")
        try checkup.finds("ok", "blog", "main of alice/blog, at ", hint: nil)
        #expect(try !checkup.results().all.contains { $0.message.contains("notify") })
    }

    @Test func `is told of a program that is missing or not executable`() throws {
        try checkup.configure(
            "repository = \"alice/blog\"", "notify = [\"\(folder("tell"))\"]", "notify_read = [\"/none\"]")
        let message = "nobody is told of failed deployments: \(folder("tell")) of notify"
        try checkup.finds("warning", "blog", "\(message) does not exist", hint: "install the program")
        try checkup.finds("warning", "blog", "notify_read names /none, which does not exist", hint: "create it")
        try write("#!/bin/sh\n", to: folder("tell"))
        try checkup.finds("warning", "blog", "\(message) is not executable", hint: "chmod 755 \(folder("tell"))")
        #expect(
            try Program.run(["sh", "-c", "chmod 755 \(folder("tell"))"], environment: checkup.environment).ending
                == .exited(0))
        #expect(try !checkup.results().all.contains { $0.message.hasPrefix(message) })
    }

    @Test func `is told if nobody knows its forge`() throws {
        try write("t0ken", to: folder("token"))
        chmod(folder("token"), 0o600)
        let lines = ["repository = \"alice/blog\"", "status_token_file = \"\(folder("token"))\""]
        try checkup.configure(lines[0], lines[1])
        try checkup.finds("warning", "blog", "no commit status is set", hint: "write forge = ")
        try checkup.configure(lines[0], lines[1], "forge = \"gitea\"", "status_api = \"http://127.0.0.1:1/api/v1\"")
        #expect(try !checkup.results().all.contains { $0.message.hasPrefix("no commit status") })
    }
}
