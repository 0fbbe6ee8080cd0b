import Foundation
import Testing

@Suite struct `a broken ledger` {
    @Test func `is reported with 503, and is used again after its return`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""])
        let before = try server.site("blog").state
        let commit = try server.forge.push("second")
        try FileManager.default.moveItem(atPath: server.folder("state"), toPath: server.folder("away"))

        let reply = try server.post(.push(of: commit))
        #expect(reply.status == 503)
        #expect(reply["Bellpull-Outcome"] == "unrecorded")
        #expect(reply["Retry-After"] == "60")
        #expect(reply.error?.hasPrefix("cannot open \(server.folder("state"))/ledger.sqlite: No such file") == true)
        #expect(try server.site("blog").state == before)

        try FileManager.default.moveItem(atPath: server.folder("away"), toPath: server.folder("state"))
        #expect(try server.post(.push(of: commit))["Bellpull-Outcome"] == "deployed")
    }

    @Test func `does not keep Bellpull from starting`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""], started: false)
        try write(String(repeating: "no database ", count: 1000), to: server.folder("state/ledger.sqlite"))
        try server.start()
        let commit = try server.forge.push("second")
        let reply = try server.post(.push(of: commit))
        #expect(reply.status == 503)
        #expect(reply["Bellpull-Reason"]?.hasSuffix("ledger.sqlite is damaged") == true)
        try FileManager.default.removeItem(atPath: server.folder("state/ledger.sqlite"))
        #expect(try server.post(.push(of: commit))["Bellpull-Outcome"] == "deployed")
    }
}
