import Foundation
import TestSupport
import Testing

@testable import bellpull

@Suite struct `the way to a folder` {
    @Test func `is root's alone only without links and other writers`() throws {
        #expect(SitePlace.isRootsAlone("/") && SitePlace.isRootsAlone("/usr"))
        #expect(!SitePlace.isRootsAlone("/tmp"), "everybody may write there")
        #expect(!SitePlace.isRootsAlone("/nowhere"))
        let folder = try TemporaryFolder()
        #expect(!SitePlace.isRootsAlone(folder.path), "below /tmp")
    }
}
