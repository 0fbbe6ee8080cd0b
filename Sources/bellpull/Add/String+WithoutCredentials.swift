import Configuration
import Processes

extension String {
    /// The URL without a password or a token. The user of ssh, such as `git@`, stays.
    var withoutCredentials: String {
        RemoteText.fault(self)?.fact.hasPrefix("contains a") == true ? redactingCredentials : self
    }
}
