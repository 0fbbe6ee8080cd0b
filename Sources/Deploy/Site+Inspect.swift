public import Processes
internal import Git

extension Site {
    /// Opens what is deployed, if it is not open already, so that `repository` and `follows` are known; what keeps it
    /// from being deployed if that is not possible.
    public func open(_ limits: Limits) -> Failure? {
        do {
            try strategy.open(limits)
            return nil
        } catch {
            return error as? Failure ?? Failure("\(error)")
        }
    }

    /// What a first look, which costs no process, finds to keep it from being deployed.
    public func precheck() -> Failure? { strategy.precheck() }

    /// Looks closely, asks the remote, and changes nothing. To be called on a plain thread.
    ///
    /// - Throws: what keeps anything more from being found out.
    public func inspect(_ limits: Limits) throws(Failure) -> SiteInspection {
        do {
            return try strategy.inspect(limits)
        } catch {
            throw error as? Failure ?? Failure("\(error)")
        }
    }
}
