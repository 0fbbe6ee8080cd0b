import Foundation
import Testing

@testable import Webhook

@Suite struct `a JSON excerpt` {
    private static let paths: [JSONExcerpt.Path] = [["ref"], ["deleted"], ["repository", "full_name"]]

    private static let duplicateMember = Malformed("the payload has a duplicate member")

    private func excerpt(_ text: String) throws -> [String] { try excerpt(Data(text.utf8)) }

    /// Returns the values found, each after the last name of its path.
    private func excerpt(_ text: Data) throws -> [String] {
        let values = try JSONExcerpt.values(at: Self.paths, in: text)
        return zip(["ref", "deleted", "full_name"], values).compactMap { name, value in
            value.map { "\(name): \(String(decoding: $0.bytes, as: UTF8.self))" }
        }
    }

    @Test(arguments: [
        ("{}", []),
        (#"{"ref":"a"}"#, [#"ref: "a""#]),
        (" { \"x\" : [ 1 ] , \"ref\" : \"a\" } ", [#"ref: "a""#]),
        (#"{"deleted":false,"ref":"a"}"#, [#"ref: "a""#, "deleted: false"]),
        (#"{"repository":{"id":1,"full_name":"a/b","x":{}}}"#, [#"full_name: "a/b""#]),
        (#"{"repository":{},"ref":null}"#, ["ref: null"]),
        (#"{"repository":[{"full_name":1}],"ref":1e1}"#, ["ref: 1e1"]),
        (#"{"ref":{"full_name":[1]},"repository":null}"#, [#"ref: {"full_name":[1]}"#]),
        (#"{"full_name":1,"REF":2,"ref ":3,"re":4,"refs":5,"":6}"#, []),
        (#"{"ref":"\u0041\"é"}"#, [#"ref: "\u0041\"é""#]),
    ])
    func `contains the requested values as written in the text`(_ text: String, excerpt: [String]) throws {
        #expect(try self.excerpt(text) == excerpt)
    }

    @Test func `contains values of at most 64 KiB`() throws {
        let value = "\"\(String(repeating: "x", count: 65_534))\""
        #expect(try excerpt(#"{"ref":\#(value)}"#) == ["ref: \(value)"])
        #expect(throws: Malformed("a value in the payload is longer than 65536 bytes")) {
            try excerpt(#"{"ref":"x\#(value.dropFirst())}"#)
        }
        _ = try excerpt(#"{"other":[\#(value),\#(value)]}"#)
    }

    @Test(
        arguments: [
            ("{}", nil), (#"{"list":[]}"#, []), (#"{"list":null}"#, nil), (#"{"list":{"a":1}}"#, nil),
            (#"{"list":[{"a":1,"b":{"c":"x"}},{"b":{"a":2}},{}]}"#, ["1,\"x\"", "-,-", "-,-"]),
            (#" { "list" : [ { "a" : [ {"a":2} ] } , { "b" : [] } ] } "#, [#"[ {"a":2} ],-"#, "-,-"]),
        ] as [(String, [String]?)])
    func `may contain the values in each object of a list`(_ text: String, expected: [String]?) throws {
        let list = JSONExcerpt.List(path: ["list"], elementPaths: [["a"], ["b", "c"]])
        let found = try JSONExcerpt.values(at: [["ref"]], and: list, in: Data(text.utf8))
        let elements = found.elements?.map { element in
            element.map { $0.map { String(decoding: $0.bytes, as: UTF8.self) } ?? "-" }.joined(separator: ",")
        }
        #expect(elements == expected)
        #expect(found.values.count == 1)
    }

    @Test func `contains the other values before and after a list`() throws {
        let list = JSONExcerpt.List(path: ["x", "list"], elementPaths: [["ref"]])
        let text = #"{"deleted":true,"x":{"list":[{"ref":1},{"ref":2}],"ref":3},"ref":"a"}"#
        let found = try JSONExcerpt.values(at: Self.paths, and: list, in: Data(text.utf8))
        #expect(found.values[0]?.string == "a")
        #expect(found.values[1]?.bool == true)
        #expect(found.elements?.count == 2)
    }

    @Test(arguments: [
        #"{"list":[{"a":1,"a":2}]}"#, #"{"list":[],"list":[]}"#, #"{"list":[{"\u0061":1}]}"#, #"{"list":[1]}"#,
        #"{"list":[{}"#, #"{"list":[{},]}"#, #"{"list":[{}{}]}"#, #"{"list":[{}}"#, #"{"list":[{"a":}]}"#,
    ])
    func `of an ambiguous or malformed list is rejected`(_ text: String) {
        let list = JSONExcerpt.List(path: ["list"], elementPaths: [["a"]])
        #expect(throws: Malformed.self) { try JSONExcerpt.values(at: [], and: list, in: Data(text.utf8)) }
    }

    @Test func `contains members of the requested level only`() throws {
        let text = #"{"x":{"ref":1,"repository":{"full_name":2}},"commits":[{"ref":3}],"repository":{"ref":4}}"#
        #expect(try excerpt(text) == [])
    }

    @Test func `equals the values of a decoder for the whole payload`() throws {
        let whole = try JSONDecoder().decode(Payload.self, from: Data(Self.push.utf8))
        let values = try JSONExcerpt.values(at: Self.paths, in: Data(Self.push.utf8))
        #expect(values[0]?.string == whole.ref)
        #expect(values[1]?.bool == whole.deleted)
        #expect(values[2]?.string == whole.repository.full_name)
        #expect(whole.ref == "refs/heads/docs/é/\u{1f600}")
    }

    @Test func `of a truncated payload is rejected, wherever the payload ends`() throws {
        let bytes = Data(Self.push.utf8)
        _ = try excerpt(bytes)
        let accepted = (0..<bytes.count).filter { (try? excerpt(bytes.prefix($0))) != nil }
        #expect(accepted.isEmpty)
    }

    @Test(arguments: ["", " ", "[]", #"[{"ref":"a"}]"#, #""ref""#, "1", "true", "null", "x", "\u{feff}{}", "\0"])
    func `needs a JSON object`(_ text: String) {
        #expect(throws: Malformed("the payload is not a JSON object")) { try excerpt(text) }
    }

    @Test(arguments: [String.Encoding.utf16, .utf16LittleEndian, .utf16BigEndian, .utf32])
    func `needs UTF-8`(_ encoding: String.Encoding) throws {
        let text = try #require(#"{"ref":"a"}"#.data(using: encoding))
        #expect(throws: Malformed.self) { try excerpt(text) }
    }

    @Test func `is rejected for invalid UTF-8 in a skipped value`() {
        let text = Data(#"{"ref":"a","x":""#.utf8) + [0xff] + Data(#""}"#.utf8)
        #expect(throws: Malformed("the payload is not UTF-8")) { try excerpt(text) }
    }

    @Test(arguments: [
        #"{"ref":"a","ref":"a"}"#, #"{"ref":"a","x":1,"ref":"b"}"#, #"{"ref":"a","ref":null}"#,
        #"{"repository":{},"repository":{}}"#, #"{"repository":{"full_name":"a/b"},"repository":1}"#,
        #"{"repository":1,"repository":{"full_name":"a/b"}}"#, #"{"repository":{"full_name":"a","full_name":"b"}}"#,
        #"{"deleted":true,"ref":"a","deleted":false}"#,
    ])
    func `is rejected if a member on a requested path occurs twice`(_ text: String) {
        #expect(throws: Self.duplicateMember) { try excerpt(text) }
    }

    @Test func `allows other members to occur twice`() throws {
        #expect(try excerpt(#"{"x":1,"ref":"a","x":2}"#) == [#"ref: "a""#])
        #expect(try excerpt(#"{"y":{"ref":1,"ref":2},"repository":{"id":1,"id":2}}"#) == [])
    }

    @Test(arguments: [
        #"{"\u0072ef":"a"}"#, #"{"ref":"a","re\u0066":"b"}"#, #"{"\/":1}"#, #"{"x\n":1}"#, #"{"\\":1}"#,
        #"{"repository":{"full\u005fname":"a/b"}}"#, #"{"repository":{"x\"":1}}"#,
    ])
    func `is rejected if a name on the level of a requested path is escaped`(_ text: String) {
        #expect(throws: Malformed("the payload has an escaped member name")) { try excerpt(text) }
    }

    @Test func `allows escaped names elsewhere`() throws {
        #expect(try excerpt(#"{"x":{"re\u0066":1,"\\":2},"ref":"a"}"#) == [#"ref: "a""#])
    }

    @Test func `counts nested levels from the outermost object`() throws {
        func nested(_ count: Int, in name: String) -> String {
            "{\"\(name)\":" + String(repeating: "[", count: count) + String(repeating: "]", count: count) + "}"
        }
        for name in ["x", "ref", "repository"] {
            _ = try excerpt(nested(63, in: name))
            #expect(throws: Malformed("the payload is nested too deeply")) { try excerpt(nested(64, in: name)) }
            #expect(throws: Malformed("the payload is nested too deeply")) { try excerpt(nested(100_000, in: name)) }
        }
        #expect(throws: Malformed("the payload is nested too deeply")) {
            try excerpt("{\"repository\":" + nested(63, in: "full_name") + "}")
        }
    }

    @Test(arguments: [#"{"ref":"a",}"#, #"{"ref":"a"}}"#, #"{"ref":"a"} {}"#, #"{"ref"}"#, #"{"ref":}"#, "{ref:1}"])
    func `is rejected if the payload is not JSON`(_ text: String) {
        #expect(throws: Malformed("the payload is not JSON")) { try excerpt(text) }
    }

    private struct Payload: Decodable, Equatable {
        struct Repository: Decodable, Equatable {
            // swift-format-ignore: AlwaysUseLowerCamelCase
            let full_name: String
        }

        let ref: String
        let deleted: Bool
        let repository: Repository
    }

    /// A push as GitHub sends it, without most of the URLs.
    private static let push = #"""
        {
          "ref": "refs\/heads\/docs\/é\/\uD83D\uDE00", "before": "6113728f27ae82c7b1a177c8d03f9e96e0adf246",
          "repository": {
            "id": 186853002, "name": "blog", "full_name": "alice/blog", "private": false,
            "owner": {"name": "alice", "email": null, "ref": "a", "url": "https://api.example.org/users/alice{/id}"},
            "description": "Notes on \"gardening\", C:\\ and ärger \u2028", "topics": [], "size": -0.5e+3
          },
          "pusher": {"name": "alice", "full_name": "Alice", "deleted": true},
          "created": false, "deleted": false, "forced": true, "base_ref": null,
          "commits": [
            {"id": "5f1d0c8a", "ref": 1, "message": "one\n\ntwo", "added": ["a.md", "b.md"], "removed": []},
            {"id": "6113728f", "repository": {"full_name": "mallory/blog"}, "modified": [[], {}, [{}]]}
          ],
          "head_commit": {"id": "5f1d0c8a", "timestamp": "2026-11-22T16:43:00+01:00", "ref": "refs/heads/main"}
        }
        """#
}
