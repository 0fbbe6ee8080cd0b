import Configuration
import Testing

@Suite struct `a general setting` {
    private let etc: Etc

    init() throws {
        etc = try Etc([
            "bellpull.toml": """
            answer_within = "1s"
            timeout = "2s"
            drain = "3s"
            body_limit = "4KiB"
            """,
            "sites/blog.toml": #"path = "/srv/blog""#,
        ])
    }

    private static let variables = [
        "BELLPULL_ANSWER_WITHIN": "5s", "BELLPULL_TIMEOUT": "6s", "BELLPULL_DRAIN": "7s", "BELLPULL_BODY_LIMIT": "8KiB",
        "GITHUB_SECRET": Etc.secret,
    ]

    private func settings(_ configuration: Configuration) -> [String] {
        [
            "\(configuration.answerWithin)", "\(configuration.sites[0].timeout)", "\(configuration.drain)",
            "\(configuration.bodyLimit)",
        ]
    }

    @Test func `is taken from the main file`() throws {
        #expect(try settings(etc.load()) == ["1.0 seconds", "2.0 seconds", "3.0 seconds", "4096"])
    }

    @Test func `is taken from the environment rather than the main file`() throws {
        #expect(try settings(etc.load(Self.variables)) == ["5.0 seconds", "6.0 seconds", "7.0 seconds", "8192"])
    }

    @Test func `is taken from the command line rather than the environment`() throws {
        let options = ["answer-within": "1m", "timeout": "2m", "drain": "3m", "body-limit": "1MiB"]
        let configuration = try etc.load(Self.variables, options: options)
        #expect(settings(configuration) == ["60.0 seconds", "120.0 seconds", "180.0 seconds", "1048576"])
    }

    @Test func `is not taken from an empty variable`() throws {
        let variables = Self.variables.mapValues { $0 == Etc.secret ? $0 : "" }
        #expect(try settings(etc.load(variables)) == settings(etc.load()))
    }

    @Test func `is checked in the main file even if an option outranks it`() throws {
        try etc.write("bellpull.toml", "drain = 3")
        #expect(etc.issues(Self.variables, options: ["drain": "3s"]).map(\.place) == [etc("bellpull.toml:1")])
    }

    @Test(arguments: [
        "", "0", "0s", "4", "s", "4x", "-4s", "4 s", " 4s", "4.5s", "1000000s", "٤s", "99999999999999999999s",
    ])
    func `is refused if it is an invalid duration`(_ text: String) {
        let fact = text.isEmpty ? "is empty" : "is not a valid duration: \(text)"
        let issue = ConfigurationIssue(
            "--drain", "--drain \(fact)", hint: "write 1 to 999999 and a unit, such as 500ms, 4s, 5m, 1h or 90d",
            isUsage: true)
        #expect(etc.issues(options: ["drain": text]) == [issue])
    }

    @Test(arguments: ["0", "0MiB", "1025MiB", "2GiB", "25MB", "k", "-1", "9999999999999999999GiB"])
    func `is refused if it is an invalid size`(_ text: String) {
        let environment = ["GITHUB_SECRET": Etc.secret, "BELLPULL_BODY_LIMIT": text]
        let issue = ConfigurationIssue(
            "BELLPULL_BODY_LIMIT", "BELLPULL_BODY_LIMIT is not a valid size: \(text)",
            hint: "write a size from 1B to 1GiB, such as 512KiB or 25MiB")
        #expect(etc.issues(environment) == [issue])
    }

    @Test(arguments: [("1GiB", 1 << 30), ("1024MiB", 1 << 30), ("1", 1), ("7B", 7), ("2KiB", 2048)])
    func `may be a size`(_ text: String, bytes: Int) throws {
        #expect(try etc.load(options: ["body-limit": text]).bodyLimit == bytes)
    }

    @Test(arguments: [
        ("parallel_deployments", ["0", "1025", "-1"], "from 1 to 1024"),
        ("waiting_replies", ["-1", "65537"], "from 0 to 65536"),
        ("history_count", ["0", "9223372036854775807"], "from 1 to 1000000000"),
    ])
    func `is refused if it is a number outside its range`(_ key: String, numbers: [String], range: String) throws {
        for number in numbers {
            try etc.write("bellpull.toml", "# first\n\(key) = \(number)")
            let issues = etc.issues()
            #expect(issues.map(\.message) == ["\(key) is \(number), but must be \(range)"])
            #expect(issues.map(\.place) == [etc("bellpull.toml:2")])
        }
    }

    @Test func `refuses SHA-1 if the main file, the environment or the command line does`() throws {
        func accepts(_ line: String, _ variable: String, _ option: Bool) throws -> Bool {
            try etc.write("bellpull.toml", line)
            let environment = ["GITHUB_SECRET": Etc.secret, "BELLPULL_NO_SHA1": variable]
            return try etc.load(environment, refusesSHA1: option).acceptsSHA1
        }
        #expect(try accepts("", "", false))
        #expect(try accepts("accept_sha1 = true", "no", false))
        #expect(try !accepts("accept_sha1 = false", "0", false))
        #expect(try !accepts("accept_sha1 = true", "1", false))
        #expect(try !accepts("accept_sha1 = true", "", true))
        let issues = etc.issues(["GITHUB_SECRET": Etc.secret, "BELLPULL_NO_SHA1": "perhaps"])
        #expect(issues.map(\.message) == ["BELLPULL_NO_SHA1 is not yes or no: perhaps"])
    }

    @Test func `turns catch-up off with an interval of 0`() throws {
        for (text, expected) in [("0", nil), ("0m", nil), ("2h", Duration.seconds(7200))] {
            try etc.write("bellpull.toml", "catch_up = \"\(text)\"")
            #expect(try etc.load().sites[0].catchUp == expected)
        }
        try etc.write("bellpull.toml", #"catch_up = "never""#)
        #expect(
            etc.issues().map(\.hint) == [
                "write 1 to 999999 and a unit, such as 500ms, 4s, 5m, 1h or 90d, or 0 for never"
            ])
    }
}
