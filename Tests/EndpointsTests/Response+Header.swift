import FastCGI

extension Response {
    /// The value of the first header `name`.
    func header(_ name: String) -> String? {
        headers.first { "\($0.name)" == name }?.value.description
    }
}
