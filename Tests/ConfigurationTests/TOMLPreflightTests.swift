import Testing

@testable import Configuration

@Suite struct `a TOML text before parsing` {
    private let etc: Etc

    init() throws { etc = try Etc() }

    @Test(arguments: [
        "[=]", "[[=site]]", "[\nsite]", "[[\nsite]]", "[ é]", "[*site]]", " \t[.a]", "\u{feff}[#]", "a = [1]\n[\r\n]",
        "a = '''\n'''''\n[,]", "a = \"\"\"\n\\\"\"\"\"\n[}]", "a = '['\n[{", "# [\n[[?]]",
    ])
    func `has no table name with a forbidden first character`(_ text: String) throws {
        let issues = try etc.issues(ofSite: text)
        #expect(issues.count == 1)
        #expect(issues.first?.message.hasSuffix(": the table's name is malformed") == true)
    }

    @Test(arguments: [
        ("a = [}]", "["), ("a = [ }", "["), ("a = [\n# one\n}", "["), ("a = [1,}", ","), ("a = [[], \n}", ","),
        ("a = { b = [\t} }", "["), ("a = [\u{2028}1]", "["), ("a = ['é',\u{85}]", ","), ("a = [[\u{2029}", "["),
    ])
    func `has neither a brace nor a line separator in place of a value`(_ text: String, sign: String) throws {
        let issues = try etc.issues(ofSite: text)
        #expect(issues.count == 1)
        #expect(issues.first?.message.hasSuffix(": no value follows \(sign)") == true)
    }

    @Test(arguments: [
        "a = 1979-05-27T\n", "a = 1979-05-27tx:1", "a = 1979-05-27T1:00", "a = 1979-05-27 1\n", "a = [1979-05-27 1]",
        "a = 1_979-05-27_ 1\n", "a = 1979-0%-2é 7 ",
    ])
    func `has no date with less than two digits of an hour`(_ text: String) throws {
        let issues = try etc.issues(ofSite: text)
        #expect(issues.count == 1)
        #expect(issues.first?.message.hasSuffix(": no hour follows the date") == true)
    }

    @Test(arguments: [
        "a = 1979-05-27", "a = 1979-05-27\r\n", "a = 1979-05-27T07:32:00Z", "a = 1979-05-27 07:32:00", "a1t = 1",
        "a = 1979-05-27  # 1", "a = [10, -1,-2, 5 ]", "a = \"1979-05-27T\" # 1979-05-27 1",
    ])
    func `may have dates`(_ text: String) {
        #expect(TOMLPreflight(text).issue == nil)
    }

    @Test(arguments: [
        "[a]", "[[a]]", "[ \t\"a\" ]", "[[ 'a'.b ]]", "a = [\n[1],\n[\n2\n]\n]", "a = [{}]", "a = [[[{}]]]",
        #"a = "[}""#, "a = '[}' # [}", "a = \"\"\"\n[=]\n\"\"\"", "a = '''\n[=]\n'''", #"a = "\"[}""#,
        #"a = '\' # [}"#, "a = \"\"\"\"\"\"\n#[}", "a = \"\"\"\\\n[=]\"\"\"", "[[]]",
    ])
    func `may have brackets where they belong`(_ text: String) {
        #expect(TOMLPreflight(text).issue == nil)
    }

    @Test func `reports the line`() throws {
        let text = "a = \"\"\"\n\\\n\"\"\" # two\r\nb = 1\n[=]"
        #expect(try etc.issues(ofSite: text).map(\.place) == [etc("sites/blog.toml:5")])
    }

    @Test func `may have dots in texts and comments`() throws {
        let dots = String(repeating: ".", count: 200)
        #expect(try etc.issues(ofSite: "path = '/srv/\(dots)' # \(dots)\n#\(dots)").isEmpty)
    }
}
