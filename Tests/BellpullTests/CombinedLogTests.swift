import Foundation
import Testing

@testable import bellpull

@Suite struct `a line of nginx's default log` {
    @Test(arguments: [
        ("[30/Nov/2026:14:40:13 +0000]", 1_796_049_613.0), ("[30/Nov/2026:15:40:13 +0100]", 1_796_049_613),
        ("[30/Nov/2026:11:10:13 -0330]", 1_796_049_613),
    ]) func `has a time`(text: String, time: Double) {
        #expect(CombinedLog.time(in: "127.0.0.1 - - \(text) ")?.timeIntervalSince1970 == time)
    }

    @Test func `tells of a delivery to another path, whatever the user's name is`() {
        for user in ["-", "[1/Jan/1970:00:00:00 +0000]", "[1/Jan/-2147483648:1:1:1 +0]", "[", "]"] {
            let request = "\"POST /hook?[x] HTTP/1.1\" 404 5 \"-\" \"Gitea\""
            let line = "127.0.0.1 - \(user) [30/Nov/2026:14:40:13 +0000] \(request)"
            let stray = CombinedLog.stray(line[...])
            #expect(stray?.time.timeIntervalSince1970 == 1_796_049_613, "\(user)")
            #expect(stray?.path == "/hook" && stray?.status == 404 && stray?.forge == "Gitea")
        }
    }

    @Test func `is ignored in another format`() {
        let end = "\"POST / H\" 200 Gitea"
        for line in [
            "", "[", "\"POST /x HTTP/1.1\" 404 GitHub-Hookshot", "[32/Foo/x:1] \(end)",
            "[1/Jan/-2147483648:1:1:1 +0] \(end)", "[1/Jan/2026:1:1:1 +9223372036854775807] \(end)",
            "[1/Jan/2026:1:1:1 -9223372036854775808] \(end)",
        ] {
            #expect(CombinedLog.stray(line[...]) == nil, "\(line)")
        }
    }
}
