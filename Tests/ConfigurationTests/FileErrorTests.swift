import Foundation
import Testing

@testable import Configuration

@Suite struct `a file error` {
    private let etc: Etc

    init() throws { etc = try Etc() }

    @Test func `names the user without permission`() {
        #expect(FileError(EACCES, path: "/etc/shadow").message == "cannot be read by \(NSUserName())")
    }

    @Test func `quotes the system's message`() {
        #expect(FileError(EMFILE, path: "/").message == "cannot be read: Too many open files")
    }

    @Test func `has a remedy that gives the service's group access to a file or a folder`() throws {
        try etc.write("my file", "x", mode: 0o604)
        mkdir(etc("folder"), 0o700)
        chmod(etc("folder"), 0o704)
        for (name, expected) in [("my file", mode_t(0o644)), ("folder", 0o754)] {
            let hint = FileError(EACCES, path: etc(name)).hint(path: etc(name))
            let word = name == "folder" ? etc(name) : "'\(etc(name))'"
            #expect(hint == "chgrp \(Etc.group) \(word) && chmod ug+rX \(word)")
            #expect(try Shell.run(hint.replacing("chgrp bellpull", with: "chgrp nogroup")) == "")
            let attributes = try FileManager.default.attributesOfItem(atPath: etc(name))
            #expect(attributes[.posixPermissions] as? NSNumber == NSNumber(value: expected))
        }
    }

    @Test(.enabled(if: geteuid() != 0, "root may search every folder"))
    func `has a remedy for a folder without search permission`() throws {
        try etc.write("closed/file", "x")
        chmod(etc("closed"), 0o600)
        #expect(
            FileError(EACCES, path: etc("closed/file")).hint(path: etc("closed/file")) == "chmod a+x \(etc("closed"))")
    }
}
