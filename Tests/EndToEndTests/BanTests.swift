import Foundation
import TestSupport
import Testing

@Suite struct `fail2ban's filter` {
    /// Removes the date of each line as fail2ban does, and prints the addresses that the filter finds.
    private static let script = #"""
        import configparser, re, sys
        filter = configparser.RawConfigParser()
        filter.read(sys.argv[1])
        date, fail = (filter["Definition"][key] for key in ("datepattern", "failregex"))
        for letter, digits in {"Y": 4, "m": 2, "d": 2, "H": 2, "M": 2, "S": 2}.items():
            date = date.replace("%%" + letter, r"\d{%d}" % digits)
        date = date.replace("%%z", r"(?:Z|[+-]\d\d:\d\d)")
        fail = fail.replace("<ADDR>", r"(?P<address>[0-9a-f.:]+)")
        for line in open(sys.argv[2]):
            match = re.match(date, line)
            assert match, line
            found = re.search(fail, line[:match.start()] + line[match.end():])
            print(found["address"] if found else "-")
        """#

    @Test func `finds rejected deliveries in nginx's log, and nothing else`() throws {
        let site = try ServedSite()
        let delivery = try GitHubDelivery.push(of: try site.forge.push("second"))
        let forged = delivery.with("X-Hub-Signature-256", "sha256=0")
        let paths = ["/github", "/github/", "/github?\"status\":401,", "/github/a\"b", "/github/%22,%22status%22:401,"]
        for path in paths { _ = try site.post(delivery, to: path) }
        for path in paths.prefix(3) { #expect(try site.post(forged, to: path).status == 401) }
        #expect(try site.visit("/github").status == 405)
        let statuses = try site.web.log.entries(9).map(\.status)

        let filter = WebServer.path(of: "fail2ban-filter.conf")
        let script = site.folder("filter.py")
        try write(Self.script, to: script)
        let result = try Program.run(
            ["python3", script, filter, site.web.log.path], environment: Repository.environment(home: site.folder.path))

        #expect(result.errors == "")
        let found = result.output.split(separator: "\n")
        #expect(found == statuses.map { $0 == 401 ? "127.0.0.1" : "-" })
        #expect(found.count { $0 == "127.0.0.1" } == 3)
    }
}
