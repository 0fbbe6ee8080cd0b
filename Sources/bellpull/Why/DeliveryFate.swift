/// The outcomes of deliveries, in the words of a sentence that begins with "the delivery".
enum DeliveryFate {
    /// Returns the rest of the sentence.
    ///
    /// - Parameter outcome: the outcome in the log or in the reply; `nil` if Bellpull did not answer.
    static func words(_ outcome: String?) -> String {
        switch outcome {
        case nil: "was not answered by bellpull"
        case "failed"?: "led to a deployment that failed"
        case "waiting"?: "waits for the remote, which does not show the commit yet"
        case "unchanged"?: "found the site at the commit already"
        case "duplicate"?: "was a duplicate"
        case "ping"?: "was a ping"
        case "pinned"?: "found the site pinned"
        case "unrecorded"?: "could not be recorded in the ledger"
        case "misconfigured"?: "came to a hook that is out of order, as the site's file has a mistake"
        case let outcome?: "was \(outcome)"
        }
    }
}
