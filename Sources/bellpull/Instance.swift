import ArgumentParser
import Foundation
import Text

/// A Bellpull of its own for the sites of one user, beside others on the same machine: `bellpull@USER.service`.
struct Instance: Equatable {
    /// The login name of the user, which is the name of the instance.
    let user: String

    /// The types of units (systemd.unit(5)).
    private static let units = [
        "service", "socket", "target", "device", "mount", "automount", "swap", "timer", "path", "slice", "scope",
    ]

    /// Creates the instance of `user`.
    ///
    /// - Throws: `ValidationError` if `user` cannot be a login name (useradd(8)): the name becomes part of paths.
    init(_ user: String) throws {
        let letters = user.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        // systemctl would take bellpull@alice.path for a unit, and not for the service bellpull@alice.path.service.
        let isUnit = Self.units.contains { user.hasSuffix(".\($0)") }
        guard letters, (1...32).contains(user.utf8.count), !user.hasPrefix("-"), !user.hasPrefix("."), !isUnit else {
            throw ValidationError(
                "--instance takes the name of a user, such as alice, and not '\(user.escapedForDisplay)'")
        }
        self.user = user
    }

    /// The main configuration file. The files of the sites are in `sites` beside the file.
    var mainFile: String { "/etc/bellpull/instances/\(user)/bellpull.toml" }
    /// The folder of the ledger. Not in `/var/lib/bellpull`, which only the user bellpull may enter.
    var state: String { "/var/lib/bellpull-\(user)" }
    /// The folder of the socket.
    var runtime: String { "/run/bellpull-\(user)" }
    /// The socket between the web server and the instance.
    var socket: String { "\(runtime)/bellpull.sock" }

    /// The variables that lead every command to the instance's files.
    var variables: [String: String] {
        [
            "BELLPULL_CONFIG": mainFile, "STATE_DIRECTORY": state, "RUNTIME_DIRECTORY": "\(runtime)/status",
            // The launcher of bellpull-step.socket works for the user bellpull alone.
            "BELLPULL_STEP_SOCKET": "\(runtime)/step.sock",
        ]
    }

    /// Makes this process act for the instance. A variable that is set already takes precedence.
    func choose() {
        for (name, value) in variables { setenv(name, value, 0) }
        ServiceUnit.choose(ServiceUnit(instance: user))
    }
}

/// The option `--instance` of all commands.
struct InstanceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Act for the instance bellpull@USER, whose files are in /etc/bellpull/instances/USER.", valueName: "user"))
    var instance: String?

    func validate() throws {
        if let instance { try Instance(instance).choose() }
    }

    /// Returns `arguments` with an option `--instance` before the command moved behind the command, where the command takes the
    /// option.
    static func moved(in arguments: [String]) -> [String] {
        guard let first = arguments.first else { return arguments }
        let count = first == "--instance" ? 2 : first.hasPrefix("--instance=") ? 1 : 0
        guard count > 0, arguments.count > count, !arguments[count].hasPrefix("-") else { return arguments }
        return [arguments[count]] + arguments.prefix(count) + arguments.dropFirst(count + 1)
    }
}
