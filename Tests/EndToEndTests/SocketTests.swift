import TestSupport
import Foundation
import Testing

@Suite struct `the socket between nginx and Bellpull` {
    let site: ServedSite

    init() throws { site = try ServedSite() }

    @Test func `is open to its owner and group alone`() throws {
        let attributes = try FileManager.default.attributesOfItem(atPath: site.socket)
        #expect(attributes[.posixPermissions] as? Int == 0o660)
    }

    @Test func `is not taken from a Bellpull that answers on it`() throws {
        let result = try Program.run(
            [try BuiltProgram.path, "serve", "--socket", site.socket],
            environment: Responder.environment(of: site.clone, in: site.folder))

        #expect(result.ending == .exited(1))
        #expect(result.errors.contains("bellpull: error: \(site.socket) is in use by another process\n"))
        #expect(result.errors.contains("bellpull: hint: ss -xlp src \(site.socket), then stop the process or "))
        #expect(try site.post(.push(of: try site.forge.push("second"))).status == 200)
    }

    @Test func `is taken over from a Bellpull that was killed`() throws {
        site.bellpull.program.signal(SIGKILL)
        #expect(site.bellpull.program.ending(within: .seconds(5)) == .killed(signal: SIGKILL))
        #expect(FileManager.default.fileExists(atPath: site.socket))
        let delivery = try GitHubDelivery.push(of: try site.forge.push("second"))

        let down = try site.post(delivery)
        #expect(down.status == 502)
        #expect(down["Content-Type"] == "application/json")
        #expect(down.error == "bellpull is down")
        let entry = try #require(try site.web.log.entries(1).last)
        #expect(entry.status == 502)
        #expect(entry.outcome == "")

        let next = try Responder(
            ["--socket", site.socket], environment: Responder.environment(of: site.clone, in: site.folder),
            logFile: site.folder("next.log"))
        #expect(try site.post(delivery)["Bellpull-Outcome"] == "deployed")
        #expect(next.says("updated to "))
    }

    @Test func `does not replace a file`() throws {
        let path = site.folder("file")
        try write("precious", to: path)

        let result = try Program.run(
            [try BuiltProgram.path, "serve", "--socket", path],
            environment: Responder.environment(of: site.clone, in: site.folder))

        #expect(result.ending == .exited(78))
        #expect(result.errors.contains("bellpull: error: \(path) exists and is not a socket\n"))
        #expect(try text(of: path) == "precious")
    }
}
