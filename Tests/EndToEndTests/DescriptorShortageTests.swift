import Foundation
import TestSupport
import Testing

@Suite struct `a Bellpull that runs out of descriptors` {
    /// Sets the largest number of open descriptors of a running process (prlimit(1)). The hard limit stays.
    private func limit(_ program: Program, to count: Int) throws {
        let result = try Program.run(
            ["prlimit", "--pid", "\(program.pid)", "--nofile=\(count):"], environment: ["PATH": "/usr/bin:/bin"])
        guard result.ending == .exited(0) else { throw Trouble("prlimit: \(result.errors)") }
    }

    /// Git needs about a dozen descriptors to start, so that starting git fails at another place with each limit.
    @Test func `loses none of them, and deploys when there are enough again`() throws {
        let site = try ServedSite()
        let bellpull = site.bellpull
        #expect(try site.post(.push(of: site.forge.push("second")))["Bellpull-Outcome"] == "deployed")
        let before = try bellpull.descriptorCount
        var failures = 0
        for spare in 8...24 {
            let delivery = try GitHubDelivery.push(of: try site.forge.push("with \(spare)"))
            try limit(bellpull.program, to: before + spare)
            if try site.post(delivery).status == 500 { failures += 1 }
            try limit(bellpull.program, to: 1024)
        }
        #expect(failures > 0 && bellpull.log.contains("Too many open files"))
        // A lost descriptor per failure would be more. The service opens a few later, such as the ledger for reading.
        #expect(try Observation.eventually { try bellpull.descriptorCount < before + max(failures, 10) })
        #expect(try site.post(.push(of: site.forge.push("last")))["Bellpull-Outcome"] == "deployed")
        #expect(try site.visit().body == "last")
    }
}
