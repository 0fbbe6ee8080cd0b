import Foundation
import TestSupport

/// A server without a site, on which a test runs `bellpull add`. Stand-ins for ssh and ssh-keyscan play the forge's sshd; what
/// they allow is in files that a test writes.
final class NewServer: Sendable {
    let folder: TemporaryFolder
    let forge: Forge

    /// A repository over ssh at the stand-in's host.
    static let sshURL = "git@forge.example:alice/blog.git"

    init() throws {
        folder = try TemporaryFolder()
        forge = try Forge(in: folder)
        try write("catch_up = \"0\"\n", to: folder("etc/bellpull.toml"))
        for name in ["srv", "ssh", "bin", "units", "etc/sites"] {
            try FileManager.default.createDirectory(atPath: folder(name), withIntermediateDirectories: true)
        }
        try Shell.writeExecutable(ssh, to: folder("bin/ssh"))
        try Shell.writeExecutable(scan, to: folder("bin/ssh-keyscan"))
        // The host of the stand-in is known, unless a test forgets it.
        try write("", to: folder("ssh/known"))
        try write("", to: folder("ssh/authorized"))
    }

    /// Accepts the keys in `ssh/authorized`, and knows hosts as ssh does, from the file that Bellpull names.
    private var ssh: String {
        """
        #!/bin/sh
        key='' hosts=''
        for word; do
            case $last in -i) key=$word ;; esac
            case $word in UserKnownHostsFile=*) hosts=$(echo "$word" | sed 's/.*"\\(.*\\)".*/\\1/') ;; esac
            last=$word
        done
        echo "$@" >> '\(folder("ssh/diary"))'
        [ -e '\(folder("ssh/known"))' ] || grep -q '^forge.example ' "$hosts" 2>/dev/null || {
            echo 'Host key verification failed.' >&2; exit 255
        }
        [ -e '\(folder("ssh/open"))' ] || { [ "$key" ] && grep -qF "$(cut -d ' ' -f 2 "$key.pub")" '\(folder("ssh/authorized"))'; } || {
            echo 'git@forge.example: Permission denied (publickey).' >&2; exit 255
        }
        eval "${word%% *} '\(folder("forge"))'/${word#* }"
        """
    }

    private var scan: String {
        """
        #!/bin/sh
        cd '\(folder("ssh"))' && { [ -e host ] || ssh-keygen -q -t ed25519 -N '' -C '' -f host; }
        echo "forge.example $(cut -d ' ' -f 1,2 host.pub)"
        """
    }

    var environment: [String: String] {
        var environment = Repository.environment(home: folder.path)
        environment["PATH"] = "\(folder("bin")):\(environment["PATH"] ?? "")"
        environment["BELLPULL_CONFIG"] = folder("etc/bellpull.toml")
        environment["STATE_DIRECTORY"] = folder("state")
        environment["SYSTEMD_UNIT_PATH"] = folder("units")
        return environment
    }

    /// Runs `bellpull arguments…`.
    func run(_ arguments: [String], _ changes: [String: String] = [:]) throws -> Program.Result {
        try Program.run(
            try command(arguments), environment: environment.merging(changes) { $1 }, within: .seconds(60))
    }

    /// The words of the command, with the places of this server.
    func command(_ arguments: [String]) throws -> [String] {
        let places = [
            "add": ["--nginx", folder("nginx"), "--socket", folder("bellpull.sock")],
            "remove": ["--nginx", folder("nginx")],
        ]
        return [try BuiltProgram.path] + arguments.prefix(1) + (places[arguments.first ?? ""] ?? [])
            + arguments.dropFirst()
    }

    /// Adds the repository, by its path or another URL, as the site `name`.
    func add(_ url: String? = nil, as name: String = "blog", _ options: String...) throws -> Program.Result {
        try run(["add", url ?? forge.bare, "--name", name, "--path", folder("srv/\(name)")] + options)
    }

    /// Lets the forge accept the keys that Bellpull has made.
    func acceptKeys() throws {
        let keys = try FileManager.default.contentsOfDirectory(atPath: folder("state/keys")).filter {
            $0.hasSuffix(".pub")
        }
        try write(keys.map { try text(of: folder("state/keys/\($0)")) }.joined(), to: folder("ssh/authorized"))
    }

    func site(_ name: String = "blog") -> Repository { Repository(path: folder("srv/\(name)")) }

    /// The files, their permissions and contents, of what `add` makes. Equal states mean that nothing was added.
    var state: [String] {
        get throws {
            let script = "find etc srv ! -path '*/.git/*' -printf '%p %M %u %g\\n' -type f -exec md5sum {} + | sort"
            return try Program.run(["sh", "-c", "cd '\(folder.path)' && \(script)"], environment: environment)
                .output.split(separator: "\n").map(String.init)
        }
    }

    /// The lines of `bellpull: error:` and the hints.
    static func problems(_ result: Program.Result) -> [String] {
        result.errors.split(separator: "\n").filter {
            $0.hasPrefix("bellpull: error: ") || $0.hasPrefix("bellpull: hint: ")
        }
        .map { String($0.dropFirst("bellpull: ".count)) }
    }
}
