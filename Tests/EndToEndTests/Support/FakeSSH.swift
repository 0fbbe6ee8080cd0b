import Foundation
import TestSupport

/// Stands in for ssh, as a clone's `core.sshCommand`: it reaches a forge on this machine, keeps a diary, and can be
/// made to hang, as a real one never does when asked to.
struct FakeSSH: Sendable {
    private let folder: String

    init(in folder: TemporaryFolder) throws {
        self.folder = folder("ssh")
        try write(script, to: "\(self.folder)/script")
    }

    /// Has `clone` call it. The script is read and not executed: a file that was just written may be open for writing
    /// still, in a process that another test has started, and is refused as busy then.
    func isUsed(by clone: Repository) throws {
        try clone.git("config", "core.sshCommand", "sh '\(folder)/script'")
        try clone.git("config", "ssh.variant", "ssh")
    }

    /// From now on it hangs, and does not mind SIGTERM.
    func hang() throws { try write("", to: "\(folder)/hanging") }

    /// Lets it go on.
    func goOn() throws { try FileManager.default.removeItem(atPath: "\(folder)/hanging") }

    /// What it did: `begin` and `end`, with the process group.
    var diary: [String] {
        let text = try? text(of: "\(folder)/diary")
        return text?.split(separator: "\n").map(String.init) ?? []
    }

    /// The process group in which it was called last, waited for if it has not been called yet.
    func group() throws -> ProcessGroup {
        guard Observation.eventually({ diary.contains { $0.hasPrefix("begin") } }),
            let id = diary.last(where: { $0.hasPrefix("begin") }).flatMap({ pid_t($0.dropFirst(6)) })
        else { throw Trouble("git has not called ssh") }
        return ProcessGroup(id: id)
    }

    /// The environment in which it was called last.
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
        eval "$command"
        echo "end $group" >>'\(folder)/diary'
        """
    }
}
