/// A directive of nginx's configuration, such as `listen 80;` or `server { … }`.
struct NginxDirective: Equatable, Sendable {
    let name: String
    let arguments: [String]
    /// The directives between the braces; empty for a directive without a block.
    let block: [NginxDirective]
}
