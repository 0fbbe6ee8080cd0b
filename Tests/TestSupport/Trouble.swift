/// The reason for abandoning a test: something other than Bellpull does not work.
package struct Trouble: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
