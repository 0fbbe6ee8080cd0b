import Foundation
import Testing

@testable import bellpull

@Suite struct `a user's account` {
    private func file(of user: uid_t, _ group: gid_t, mode: mode_t) -> stat {
        var status = stat()
        (status.st_uid, status.st_gid, status.st_mode) = (user, group, mode)
        return status
    }

    private let nobody = (user: getpwnam("nobody").pointee.pw_uid, group: getpwnam("nobody").pointee.pw_gid)

    @Test func `is missing if the system has no such user`() {
        #expect(Account("no-such-user-here") == nil)
        #expect(Account("") == nil)
        #expect(Account("nobody") != nil)
    }

    @Test func `may write as root whatever the permissions`() throws {
        #expect(try #require(Account("root")).mayWrite(file(of: 1, 1, mode: 0)))
    }

    @Test func `may write as the owner only by the owner's permission`() throws {
        let account = try #require(Account("nobody"))
        #expect(account.mayWrite(file(of: nobody.user, 0, mode: 0o200)))
        #expect(!account.mayWrite(file(of: nobody.user, nobody.group, mode: 0o577)))
    }

    @Test func `may write as a member only by the group's permission`() throws {
        let account = try #require(Account("nobody"))
        #expect(account.mayWrite(file(of: 0, nobody.group, mode: 0o020)))
        #expect(!account.mayWrite(file(of: 0, nobody.group, mode: 0o757)))
    }

    @Test func `may write as anybody else only by the others' permission`() throws {
        let account = try #require(Account("nobody"))
        #expect(account.mayWrite(file(of: 0, 0, mode: 0o002)))
        #expect(!account.mayWrite(file(of: 0, 0, mode: 0o775)))
    }
}
