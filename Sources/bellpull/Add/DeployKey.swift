import Foundation
import Git
import Processes
import Text

/// A key of ssh that lets Bellpull read one repository. The file is in the folder `keys` of the state folder, where the sandbox
/// of the service lets git's ssh read it; the clone's own `core.sshCommand` names the file. Forges accept a deploy key for one
/// repository only, so each repository has a key, which all its sites share.
struct DeployKey: Equatable {
    /// The path of the private key.
    let path: String
    /// The line to enter at the forge.
    let publicKey: String

    /// Reads the key of the repository `url`; `nil` if there is none.
    init?(of url: String, in state: StateDirectory) {
        path = Self.path(of: url, in: state)
        guard access(path, F_OK) == 0, let text = try? String(contentsOfFile: "\(path).pub", encoding: .utf8) else {
            return nil
        }
        publicKey = text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Returns the path of the key of the repository `url`, such as `/var/lib/bellpull/keys/github.com+alice+blog`.
    static func path(of url: String, in state: StateDirectory) -> String {
        let remote = RemoteURL(url)
        let port = remote.port.map { ":\($0)" } ?? ""
        let text = "\(remote.host)\(port)/\(remote.repository)".lowercased()
        let name = text.utf8.map { byte -> String in
            switch byte {
            case UInt8(ascii: "/"): "+"
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "-"):
                String(UnicodeScalar(byte))
            // Not with a percent sign, which ssh would expand (ssh_config(5), "TOKENS").
            default: "=" + String(byte, radix: 16)
            }
        }
        // The name of a file has at most 255 bytes, and .pub follows.
        return "\(state.path)/keys/\(String(name.joined().prefix(240)))"
    }

    /// Creates the key of the repository `url`, without a passphrase.
    static func create(of url: String, in state: StateDirectory, _ limits: Limits) throws -> DeployKey {
        let path = path(of: url, in: state)
        let folder = (path as NSString).deletingLastPathComponent
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
            throw CommandError(.failure, "cannot create \(folder): \(String(cString: strerror(errno)))")
        }
        guard let program = Program("ssh-keygen", ProcessInfo.processInfo.environment) else {
            throw CommandError(.failure, "ssh-keygen is not installed", hint: "apt-get install openssh-client")
        }
        let draft = "\(folder)/.new"
        let remove = { for file in [draft, "\(draft).pub"] { unlink(file) } }
        remove()
        defer { remove() }
        let completion = try program.command([
            "-q", "-t", "ed25519", "-N", "", "-C", "bellpull@\(hostName)", "-f", draft,
        ])
        .run(until: limits.deadline, cancellation: limits.cancellation)
        guard completion.isSuccess else {
            let line = completion.errors.split(separator: "\n").last ?? "ssh-keygen failed"
            throw CommandError(.failure, "cannot make a deploy key: \(line)", hint: "df -h \(folder)")
        }
        // A private key without its public key would be of no use, and is made anew.
        guard rename("\(draft).pub", "\(path).pub") == 0, rename(draft, path) == 0,
            let key = DeployKey(of: url, in: state)
        else { throw CommandError(.failure, "cannot write \(path): \(String(cString: strerror(errno)))") }
        NewFile.synchronizeFolder(of: path)
        return key
    }

    private static var hostName: String {
        var bytes = [CChar](repeating: 0, count: 256)
        guard gethostname(&bytes, 255) == 0 else { return "localhost" }
        return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// The command by which git calls ssh for a site: with the site's deploy key, and with Bellpull's known hosts.
struct SSHCommand {
    let text: String

    /// - Parameter key: the only key to offer; `nil` for the keys of the user.
    init(_ hosts: KnownHosts, key: DeployKey?) {
        let identity = key.map { "-i \($0.path.quotedForShell) -o IdentitiesOnly=yes " } ?? ""
        // ssh, and not the shell, expands the tilde.
        let files = "~/.ssh/known_hosts \"\(hosts.path)\""
        text = "ssh \(identity)-o \("UserKnownHostsFile=\(files)".quotedForShell)"
    }
}
