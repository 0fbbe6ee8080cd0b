internal import Processes

/// The settings of a repository that Bellpull reads when it opens the repository: the command for ssh, and the filters of
/// files (gitattributes(5), "filter").
///
/// Whoever can commit names the filter of a file in `.gitattributes`, so only filters from the repository's own
/// configuration run. The filters of the user and of the system are turned off.
struct RepositorySettings {
    /// `core.sshCommand`; `nil` if none is set.
    private(set) var sshCommand: String?
    /// Settings that turn the other filters off, each as `name=value`.
    let withoutFilters: [String]

    /// Reads the settings. Starts one git.
    init(_ git: Git, _ limits: Limits) throws(GitError) {
        let pattern = #"^(core\.sshcommand$|filter\.)"#
        let output = try git.run(["config", "--show-scope", "-z", "--get-regexp", pattern], limits).outputBytes
        let fields = output.split(separator: 0, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        var (own, others): (Set<String>, Set<String>) = ([], [])
        for index in stride(from: 0, to: fields.count - 1, by: 2) {
            let (scope, setting) = (fields[index], fields[index + 1])
            let name = String(setting.prefix { $0 != "\n" })
            guard name.hasPrefix("filter.") else {
                sshCommand = String(setting.dropFirst(name.count + 1))
                continue
            }
            if scope == "local" || scope == "worktree" { own.insert(name) } else { others.insert(name) }
        }
        withoutFilters = others.subtracting(own).sorted().compactMap { name in
            // Git takes the first = for the end of the name.
            guard !name.contains("=") else { return nil }
            if name.hasSuffix(".required") { return "\(name)=false" }
            return ["process", "smudge", "clean"].contains { name.hasSuffix(".\($0)") } ? "\(name)=" : nil
        }
    }
}
