import Foundation
import TestSupport
import Testing

/// The files in `systemd`, which the package installs in `/usr/lib`, and a person in `/etc`.
@Suite struct `the comments of the units` {
    @Test(arguments: [
        "bellpull.service", "bellpull.socket", "bellpull@.service", "bellpull@.socket", "bellpull-step.socket",
        "bellpull-step@.service", "bellpull-restart@.path", "bellpull-restart@.service",
    ])
    func `do not say where to install the file`(_ name: String) throws {
        let text = try ProjectFile.text("systemd/\(name)")
        #expect(text.hasPrefix("# "))
        #expect(!text.contains("Install this file"))
    }
}
