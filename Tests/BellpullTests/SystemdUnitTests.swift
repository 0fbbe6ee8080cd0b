import Foundation
import TestSupport
import Testing

@testable import bellpull

@Suite struct `a systemd unit` {
    let files: FileTree

    init() throws { files = try FileTree() }

    /// Reads the unit from the folders `etc` and `lib`, in this order of precedence.
    private func unit() -> SystemdUnit? {
        SystemdUnit("bellpull.service", environment: ["SYSTEMD_UNIT_PATH": "\(files("etc")):\(files("lib"))"])
    }

    private func unit(of text: String) throws -> SystemdUnit {
        try files.write(text, to: "lib/bellpull.service")
        return try #require(unit())
    }

    /// systemd gives the sockets to the command of ExecStart= alone: with such a standard input no other command starts.
    @Test(arguments: ["bellpull.service", "bellpull@.service"])
    func `of the service has a standard input that ExecReload= has, too`(name: String) throws {
        let unit = try unit(of: ProjectFile.text("systemd/\(name)"))
        #expect(unit.value("ExecReload") != nil)
        #expect(unit.value("StandardInput") == nil)
    }

    @Test func `is missing where no folder has its file`() throws {
        try files.write("[Service]\nUser=x\n", to: "lib/other.service")
        try files.write("[Service]\nUser=x\n", to: "lib/bellpull.service.d/x.conf")
        #expect(unit() == nil)
    }

    @Test func `has keys and values without the spaces around them`() throws {
        let unit = try unit(of: "[Service]\n  User =  bellpull \nExecStart=/bin/sh -c a=b\n")
        #expect(unit.value("User") == "bellpull")
        #expect(unit.value("ExecStart") == "/bin/sh -c a=b")
        #expect(unit.value("Group") == nil)
        #expect(unit.words("Group").isEmpty)
    }

    @Test func `has the last value of a key, and the words of all its values`() throws {
        let unit = try unit(of: "ReadWritePaths=/a  /b\nReadWritePaths=/c\nUser=x\nUser=y")
        #expect(unit.value("User") == "y")
        #expect(unit.words("ReadWritePaths") == ["/a", "/b", "/c"])
    }

    @Test func `forgets the values before an empty value`() throws {
        let unit = try unit(of: "ReadWritePaths=/a\nReadWritePaths=\nReadWritePaths=/b\nUser=x\nUser=\n")
        #expect(unit.words("ReadWritePaths") == ["/b"])
        #expect(unit.value("User") == nil)
    }

    @Test func `has no values in comments, headings and lines without a key`() throws {
        let unit = try unit(of: "# User=a\n; User=b\n  # User=c\n[Service]\nUser\n\nUser=d # not a comment\n#User=e")
        #expect(unit.value("User") == "d # not a comment")
    }

    @Test func `continues a value after a backslash, across comments, up to an empty line`() throws {
        let unit = try unit(of: "ReadWritePaths=/a \\\n# User=x\n  /b \\\n/c\nUser=\\\n\nGroup=z\n")
        #expect(unit.words("ReadWritePaths") == ["/a", "/b", "/c"])
        #expect(unit.value("User") == nil)
        #expect(unit.value("Group") == "z")
    }

    @Test func `is read from the folder with precedence alone`() throws {
        try files.write("User=etc\n", to: "etc/bellpull.service")
        let unit = try unit(of: "User=lib\nGroup=lib\n")
        #expect(unit.value("User") == "etc")
        #expect(unit.value("Group") == nil)
    }

    @Test func `is changed by the drop-ins of all folders, in the order of their names`() throws {
        try files.write("User=b", to: "etc/bellpull.service.d/20.conf")
        try files.write("User=a\nGroup=a", to: "lib/bellpull.service.d/10.conf")
        try files.write("Group=z", to: "lib/bellpull.service.d/30.conf")
        try files.write("Group=no", to: "lib/bellpull.service.d/40.conf.bak")
        let unit = try unit(of: "User=main\nGroup=main\nUMask=022")
        #expect(unit.value("User") == "b")
        #expect(unit.value("Group") == "z")
        #expect(unit.value("UMask") == "022")
    }

    @Test func `has the drop-in with precedence in the place of others of its name`() throws {
        try files.write("User=etc", to: "etc/bellpull.service.d/10.conf")
        try files.write("User=lib\nGroup=lib", to: "lib/bellpull.service.d/10.conf")
        let unit = try unit(of: "User=main\n")
        #expect(unit.value("User") == "etc")
        #expect(unit.value("Group") == nil)
    }

    @Test func `takes back in a drop-in what its file says`() throws {
        try files.write("ReadWritePaths=\nReadWritePaths=/b", to: "etc/bellpull.service.d/10.conf")
        #expect(try unit(of: "ReadWritePaths=/a").words("ReadWritePaths") == ["/b"])
    }
}
