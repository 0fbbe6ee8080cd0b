/// The place where the files say that secrets are.
public enum SecretSource: Sendable, Equatable {
    /// A file, by its absolute path.
    case file(String)
    /// A credential of the service, by its name (systemd.exec(5), "Credentials").
    case credential(String)
    /// An environment variable, by its name.
    case variable(String)

    /// The key of a configuration file that names such a place.
    public var key: String {
        switch self {
        case .file, .credential: Key.secretFile.name
        case .variable: Key.secretVariable.name
        }
    }
}
