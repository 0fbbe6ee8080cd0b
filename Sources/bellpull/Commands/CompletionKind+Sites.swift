import ArgumentParser

extension CompletionKind {
    /// The names of the configured sites. Nothing, if the configuration cannot be read.
    static var siteNames: CompletionKind {
        .custom { _, _, _ in
            let options = try? ConfigurationOptions.parse([])
            let sites = try? options?.loadWithoutSecrets().sites
            return (sites ?? []).map(\.name)
        }
    }
}
