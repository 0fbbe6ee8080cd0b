import Foundation
import Testing

@testable import Text

@Suite struct `the service's user` {
    @Test func `is the effective user of the process`() {
        #expect(ServiceUser.current.name == getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) })
        #expect(ServiceUser.current.isRoot == (geteuid() == 0))
    }
}
