import ArgumentParser
import Foundation
import TestSupport
import Testing
import Text

@testable import bellpull

@Suite struct `an instance of a user` {
    @Test func `has files beside those of the machine's Bellpull`() throws {
        let alice = try Instance("alice")
        #expect(alice.mainFile == "/etc/bellpull/instances/alice/bellpull.toml")
        #expect(alice.state == "/var/lib/bellpull-alice")
        #expect(alice.socket == "/run/bellpull-alice/bellpull.sock")
        #expect(alice.variables["BELLPULL_CONFIG"] == alice.mainFile)
        #expect(alice.variables["STATE_DIRECTORY"] == alice.state)
        #expect(StatusFile.folder(alice.variables) == "/run/bellpull-alice/status")
        #expect(StateDirectory(environment: alice.variables).ledgerPath == "/var/lib/bellpull-alice/ledger.sqlite")
    }

    @Test(arguments: ["alice", "a", "web-1", "_www", "7of9", "john.doe", "Alice", "a..b", "paths"])
    func `has the name of a user`(name: String) throws {
        #expect(try Instance(name).user == name)
    }

    @Test(arguments: [
        "", "-a", "..", "a/b", "../etc", ".", ".a", "john.service", "x.path", "a b", "a\n", "%i", "é",
        String(repeating: "a", count: 33),
    ])
    func `has no other name`(name: String) {
        #expect(throws: ValidationError.self) { try Instance(name) }
    }

    @Test(arguments: [
        (["--instance", "alice", "status"], ["status", "--instance", "alice"]),
        (["--instance=alice", "log", "blog"], ["log", "--instance=alice", "blog"]),
        (["status", "--instance", "alice"], ["status", "--instance", "alice"]),
        (["--instance", "alice"], ["--instance", "alice"]),
        (["--instance"], ["--instance"]),
        (["--instance", "alice", "--socket", "x"], ["--instance", "alice", "--socket", "x"]),
        ([], []),
    ])
    func `may be named before the command`(arguments: [String], moved: [String]) {
        #expect(InstanceOptions.moved(in: arguments) == moved)
    }

    @Test func `has units and commands of its own in remedies`() {
        #expect(ServiceUnit().service == "bellpull.service")
        #expect(ServiceUnit().command == "bellpull")
        ServiceUnit.$assumed.withValue(ServiceUnit(instance: "alice")) {
            #expect(ServiceUnit.current.socket == "bellpull@alice.socket")
            #expect("systemctl restart \(ServiceUnit.current)" == "systemctl restart bellpull@alice")
            #expect(ServiceUnit.current.command == "bellpull --instance alice")
        }
    }

    @Test(arguments: ["Add", "Import"])
    func `is named by every command in a message of`(_ folder: String) throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "../../Sources/bellpull/\(folder)")
        let files = try FileManager.default.contentsOfDirectory(at: root.standardized, includingPropertiesForKeys: nil)
        #expect(!files.isEmpty)
        for file in files {
            for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            where !line.trimmingPrefix(while: \.isWhitespace).hasPrefix("//") {
                #expect(
                    !line.contains(#/bellpull (add|check|deploy|remove) [\\a-z]/#), "\(file.lastPathComponent): \(line)"
                )
            }
        }
    }

    @Test func `has a file of its own for nginx`() throws {
        let folder = try TemporaryFolder()
        _ = try Shell.run("echo 'http { server { listen 80; } }' >'\(folder("nginx.conf"))'")
        let nginx = try #require(NginxConfiguration(at: folder("nginx.conf")))
        let remedy = ServiceUnit.$assumed.withValue(ServiceUnit(instance: "bob")) { NginxInclude(nginx, []).remedy }
        let snippet = "\(folder.path)/snippets/bellpull-bob.conf"
        #expect(remedy.contains("nginx/bellpull-instance.conf \(snippet) && sed -i s/alice/bob/g \(snippet)"))
        #expect(remedy.hasSuffix("then bellpull --instance bob check again"))
    }

    @Test func `has a template's settings, and those of its own drop-ins`() throws {
        let folder = try TemporaryFolder()
        _ = try Shell.run(
            """
            cd '\(folder.path)' && mkdir bellpull@.service.d bellpull@alice.service.d
            printf '[Service]\\nUser=%%i\\nTimeoutStopSec=15s\\nWatchdogSec=60s\\n' >bellpull@.service
            printf '[Service]\\nTimeoutStopSec=20s\\n' >bellpull@.service.d/10.conf
            printf '[Service]\\nTimeoutStopSec=30s\\n' >bellpull@alice.service.d/10.conf
            printf '[Service]\\nUser=carol\\n' >bellpull@carol.service
            """)
        let environment = ["SYSTEMD_UNIT_PATH": folder.path]
        let alice = try #require(SystemdUnit("bellpull@alice.service", environment: environment))
        #expect(alice.value("User") == "alice")
        #expect(alice.value("TimeoutStopSec") == "30s")
        #expect(alice.value("WatchdogSec") == "60s")
        let bob = try #require(SystemdUnit("bellpull@bob.service", environment: environment))
        #expect(bob.value("User") == "bob" && bob.value("TimeoutStopSec") == "20s")
        let carol = try #require(SystemdUnit("bellpull@carol.service", environment: environment))
        #expect(carol.value("User") == "carol" && carol.value("WatchdogSec") == nil)
        #expect(SystemdUnit("bellpull.service", environment: environment) == nil)
    }
}
