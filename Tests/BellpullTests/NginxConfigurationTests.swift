import Foundation
import Testing

@testable import bellpull

@Suite struct `nginx's configuration` {
    let files: FileTree

    init() throws { files = try FileTree() }

    private func directiveNames() -> [String]? { NginxConfiguration(at: files.path)?.directives.map(\.name) }

    @Test func `is read from nginx.conf in a folder, or from a file of any name`() throws {
        try files.write("a;", to: "nginx.conf")
        let other = try files.write("b;", to: "other")
        #expect(NginxConfiguration(at: files.path)?.directives.map(\.name) == ["a"])
        #expect(NginxConfiguration(at: other)?.directives.map(\.name) == ["b"])
    }

    @Test func `is missing where the file or the folder is missing`() {
        #expect(NginxConfiguration(at: files.path) == nil)
        #expect(NginxConfiguration(at: files("nowhere")) == nil)
    }

    @Test func `names the user of the workers`() throws {
        try files.write("user www-data;\nevents {}\n", to: "nginx.conf")
        #expect(NginxConfiguration(at: files.path)?.user == "www-data")
        try files.write("events {}\n", to: "nginx.conf")
        #expect(NginxConfiguration(at: files.path)?.user == nil)
    }

    @Test func `has included files in the place of the include, relative to the main file's folder`() throws {
        try files.write("a; include snippets/one.conf; d;", to: "nginx.conf")
        try files.write("b; include snippets/two.conf;", to: "snippets/one.conf")
        try files.write("c;", to: "snippets/two.conf")
        #expect(directiveNames() == ["a", "b", "c", "d"])
    }

    @Test func `has included files within blocks`() throws {
        try files.write("http { include a.conf; }", to: "nginx.conf")
        try files.write("b;", to: "a.conf")
        #expect(NginxConfiguration(at: files.path)?.directives.first?.block.map(\.name) == ["b"])
    }

    @Test func `reads an absolute path`() throws {
        let elsewhere = try FileTree()
        try files.write("include \(elsewhere("a.conf"));", to: "nginx.conf")
        try elsewhere.write("a;", to: "a.conf")
        #expect(directiveNames() == ["a"])
    }

    @Test func `sorts the files that a pattern matches, and skips hidden files`() throws {
        try files.write("include conf.d/*.conf;", to: "nginx.conf")
        for name in ["b", "a", ".hidden"] { try files.write("\(name.filter(\.isLetter));", to: "conf.d/\(name).conf") }
        try files.write("no;", to: "conf.d/a.conf.bak")
        #expect(directiveNames() == ["a", "b"])
    }

    @Test func `reads patterns in folders' names, and classes and single characters`() throws {
        try files.write("include sites/*/[ab]?.conf;", to: "nginx.conf")
        for (index, name) in ["x/a1", "y/b2", "y/c3", "y/a12"].enumerated() {
            try files.write("d\(index);", to: "sites/\(name).conf")
        }
        #expect(directiveNames() == ["d0", "d1"])
    }

    @Test func `takes a pattern without a match as no file`() throws {
        try files.write("include conf.d/*.conf; a;", to: "nginx.conf")
        let nginx = NginxConfiguration(at: files.path)
        #expect(nginx?.directives.map(\.name) == ["a"])
        #expect(nginx?.unreadable == [])
    }

    @Test func `lists included files that cannot be read`() throws {
        try files.write("include gone.conf; include folder; a;", to: "nginx.conf")
        try files.write("", to: "folder/file")
        let nginx = NginxConfiguration(at: files.path)
        #expect(nginx?.unreadable == [files("gone.conf"), files("folder")])
        #expect(nginx?.directives.map(\.name) == ["a"])
    }

    @Test func `ends where files include each other`() throws {
        try files.write("a; include other.conf;", to: "nginx.conf")
        try files.write("b; include nginx.conf;", to: "other.conf")
        let names = try #require(directiveNames())
        #expect(names.prefix(4) == ["a", "b", "a", "b"])
        #expect(names.count <= 20)
    }

    @Test func `survives bytes that are not UTF-8`() throws {
        try files.write("", to: "nginx.conf")
        try (Data("a ".utf8) + [0xff, 0xfe] + Data("; b;".utf8)).write(to: URL(fileURLWithPath: files("nginx.conf")))
        #expect(directiveNames() == ["a", "b"])
    }
}
