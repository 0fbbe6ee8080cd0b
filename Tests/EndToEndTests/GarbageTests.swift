import Foundation
import Testing

/// Bytes other than a FastCGI request.
struct Garbage: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]

    init(_ name: String, _ bytes: [UInt8]) {
        testDescription = name
        self.bytes = bytes
    }

    private static let begin = RawFastCGI.record(.beginRequest, [0, 1, 0, 0, 0, 0, 0, 0])

    static let harmless =
        [
            Garbage("nothing", []),
            Garbage("one byte", [1]),
            Garbage("HTTP", Array("POST /github HTTP/1.1\r\nHost: x\r\n\r\n".utf8)),
            Garbage("zeros", [UInt8](repeating: 0, count: 100_000)),
            Garbage("another version", RawFastCGI.record(.beginRequest, [0, 1, 0, 0, 0, 0, 0, 0], version: 2)),
            Garbage("a beginning and no more", begin),
            Garbage("a beginning cut short", Array(begin.dropLast(3))),
            Garbage("the role of an authorizer", RawFastCGI.record(.beginRequest, [0, 2, 0, 0, 0, 0, 0, 0])),
            Garbage("no role at all", RawFastCGI.record(.beginRequest, [0, 0, 0, 0, 0, 0, 0, 0])),
            Garbage("two beginnings", begin + begin),
            Garbage("an end for a beginning", RawFastCGI.record(.endRequest, [0, 0, 0, 0, 0, 0, 0, 0])),
            Garbage("a request that is aborted", begin + RawFastCGI.record(.abortRequest, [])),
            Garbage("parameters that never end", begin + RawFastCGI.record(.params, RawFastCGI.pair("A", "B"))),
            Garbage("a name longer than its record", begin + params([100, 100, 65])),
            Garbage("a body before the parameters", begin + RawFastCGI.record(.stdin, [65])),
            Garbage("a question that is allowed", RawFastCGI.record(.getValues, RawFastCGI.pair("FCGI_MAX_CONNS", ""))),
        ] + (1...20).map { Garbage("noise \($0)", noise(seed: UInt64($0))) }

    /// Bytes that make libfcgi 2.4.2 crash, or could.
    static let harmful = [
        Garbage(
            "four questions",
            RawFastCGI.record(.getValues, (1...4).flatMap { RawFastCGI.pair("FCGI_MPXS_CONNS\($0)", "") })),
        Garbage(
            "a name of two gigabytes", begin + params([UInt8](repeating: 0xff, count: 8))),
    ]

    private static func params(_ content: [UInt8]) -> [UInt8] {
        RawFastCGI.record(.params, content) + RawFastCGI.record(.params, [])
    }

    /// Returns 2000 bytes, the same in every run.
    private static func noise(seed: UInt64) -> [UInt8] {
        var state = seed
        return (0..<2000).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 33)
        }
    }
}

@Suite struct `garbage on Bellpull's socket` {
    @Test func `does not stop Bellpull`() throws {
        let bait = try Bait()
        for garbage in Garbage.harmless {
            let peer = try PeerSocket(path: bait.site.socket)
            peer.send(garbage.bytes)
            peer.finishSending()
            _ = try peer.receive(within: .seconds(5))
            #expect(bait.site.bellpull.program.isRunning, "\(garbage.testDescription)")
        }
        try bait.isUntouched()
        #expect(try bait.site.post(bait.delivery)["Bellpull-Outcome"] == "deployed")
    }

    @Test(arguments: Garbage.harmful)
    func `costs at most a restart`(_ garbage: Garbage) throws {
        let bait = try Bait()
        let site = bait.site
        let peer = try PeerSocket(path: site.socket)
        peer.send(garbage.bytes)
        peer.finishSending()
        _ = try peer.receive(within: .seconds(5))
        let next: Responder? =
            site.bellpull.program.ending(within: .milliseconds(200)) == nil
            ? nil
            : try Responder(
                ["--socket", site.socket], environment: Responder.environment(of: site.clone, in: site.folder),
                logFile: site.folder("next.log"))

        try bait.isUntouched()
        #expect(try site.post(bait.delivery)["Bellpull-Outcome"] == "deployed")
        withExtendedLifetime(next) {}
    }

    @Test func `does not delay other requests, even if it never ends`() throws {
        let bait = try Bait()
        // More connections than Bellpull has reading threads.
        let silent = try (1...12).map { _ in try PeerSocket(path: bait.site.socket) }
        for peer in silent { peer.send([1]) }
        let start = ContinuousClock.now

        #expect(try bait.site.post(bait.delivery)["Bellpull-Outcome"] == "deployed")

        #expect(start.duration(to: .now) < .seconds(8))
        for peer in silent { #expect(try peer.receive(within: .seconds(8)).isEmpty) }
    }
}
