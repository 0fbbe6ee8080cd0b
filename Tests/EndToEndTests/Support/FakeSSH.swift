import Foundation
import TestSupport

/// A clone's `core.sshCommand` in place of ssh. The script reaches a forge on this machine, keeps a diary, and hangs
/// on demand, as a real ssh cannot.
struct FakeSSH: Sendable {
    /// The URL of the forge's repository.
    static let url = "ssh://git@forge.example/alice/blog.git"

    private let folder: String
    /// The folder of the forge's repositories, the root of the paths in URLs.
    private let root: String

    init(in folder: TemporaryFolder) throws {
        self.folder = folder("ssh")
        root = folder("forge")
        try write(script, to: "\(self.folder)/script")
    }

    /// Configures `clone` to call the script. A shell reads the script: executing a new file can fail with ETXTBSY
    /// while a process that another test started still has the file open for writing.
    func isUsed(by clone: Repository) throws {
        try clone.git("config", "core.sshCommand", "sh '\(folder)/script'")
        try clone.git("config", "ssh.variant", "ssh")
    }

    /// Makes all calls hang from now on. They ignore SIGTERM.
    func hang() throws { try write("", to: "\(folder)/hanging") }

    /// Lets hanging and later calls continue.
    func goOn() throws { try FileManager.default.removeItem(atPath: "\(folder)/hanging") }

    /// The lines of the diary: `begin` or `end`, and the process group.
    var diary: [String] {
        let text = try? text(of: "\(folder)/diary")
        return text?.split(separator: "\n").map(String.init) ?? []
    }

    /// Waits for the first call, and returns the process group of the last call.
    func group() throws -> ProcessGroup {
        guard Observation.eventually({ diary.contains { $0.hasPrefix("begin") } }),
            let id = diary.last(where: { $0.hasPrefix("begin") }).flatMap({ pid_t($0.dropFirst(6)) })
        else { throw Trouble("git has not called ssh") }
        return ProcessGroup(id: id)
    }

    /// The environment of the last call.
    var environment: String {
        get throws { try text(of: "\(folder)/environment") }
    }

    private var script: String {
        """
        trap '' TERM
        group=$(cut -d ' ' -f 5 /proc/$$/stat)
        env >'\(folder)/environment'
        echo "begin $group" >>'\(folder)/diary'
        while [ -e '\(folder)/hanging' ]; do sleep 0.02; done
        for command; do :; done
        eval "${command%% *} '\(root)'${command#* }"
        echo "end $group" >>'\(folder)/diary'
        """
    }
}
