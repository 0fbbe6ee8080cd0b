import Foundation
import Testing

@testable import FastCGI

@Suite struct `the names of header fields` {
    @Test func `are those of the parameters, in order`() {
        let params = Params([
            "HTTP_X_GITEE_EVENT": "push", "CONTENT_TYPE": "x", "HTTP_HOST": "", "HTTPS": "on", "HTTP_": "x",
            "HTTP_X__Y": "x", "HTTP_X_GITEE_EVENT": "push",
        ])
        #expect(params.headerNames == ["X-Gitee-Event", "Host", "", "X--Y", "X-Gitee-Event"])
        #expect(Params([:]).headerNames == [])
    }
}

@Suite struct `params` {
    @Test func `are found by name`() throws {
        let params = Params(["REQUEST_METHOD": "POST", "PATH_INFO": "/blog", "QUERY_STRING": "a=b=c"])
        #expect(try params.value(of: "REQUEST_METHOD") == "POST")
        #expect(try params.value(of: "PATH_INFO") == "/blog")
        #expect(try params.value(of: "QUERY_STRING") == "a=b=c")
    }

    @Test func `are found only by the whole name in the same case`() throws {
        let params = Params(["PATH_INFO": "/blog", "XPATH": "1"])
        for name in ["PATH_INF", "PATH_INFOS", "path_info", "ATH_INFO", "PATH-INFO", ""] as [StaticString] {
            #expect(try params.value(of: name) == nil, "\(name)")
        }
    }

    @Test func `count as absent if they are empty`() throws {
        let params = Params(["PATH_INFO": "", "HTTP_X_HUB_SIGNATURE": "", "CONTENT_TYPE": ""])
        #expect(try params.value(of: "PATH_INFO") == nil)
        #expect(try params.value(of: "REQUEST_METHOD") == nil)
        #expect(try params.header("X-Hub-Signature") == nil)
        #expect(try params.header("Content-Type") == nil)
        #expect(try Params([:]).value(of: "PATH_INFO") == nil)
    }

    @Test func `hold header fields in upper case with underscores`() throws {
        let params = Params(["HTTP_X_HUB_SIGNATURE_256": "sha256=00", "X_HUB_SIGNATURE": "1", "HTTPX_A": "2"])
        #expect(try params.header("X-Hub-Signature-256") == "sha256=00")
        #expect(try params.header("x-hub-signature-256") == "sha256=00")
        #expect(try params.header("X-Hub-Signature") == nil)
        #expect(try params.header("A") == nil)
    }

    @Test func `hold the content type without the prefix HTTP_`() throws {
        let params = Params(["HTTP_CONTENT_TYPE": "text/plain", "CONTENT_TYPE": "application/json"])
        #expect(try params.header("Content-Type") == "application/json")
        #expect(try params.header("Content-Encoding") == nil)
    }

    @Test func `with a repeated name throw`() throws {
        let params = Params(["PATH_INFO": "/a", "X": "1", "PATH_INFO": "/a", "HTTP_A": "1", "HTTP_A": "2"])
        #expect(throws: Params.RepeatedParameter(name: "PATH_INFO")) { try params.value(of: "PATH_INFO") }
        #expect(throws: Params.RepeatedParameter(name: "A")) { try params.header("A") }
        #expect(try params.value(of: "X") == "1")
    }

    @Test func `with a repeated name throw even if one value is empty`() {
        let params = Params(["HTTP_A": "", "HTTP_A": "2", "HTTP_B": "2", "HTTP_B": ""])
        #expect(throws: Params.RepeatedParameter(name: "A")) { try params.header("A") }
        #expect(throws: Params.RepeatedParameter(name: "B")) { try params.header("B") }
    }

    @Test func `may contain commas`() throws {
        let params = Params(["HTTP_WEBHOOK_SIGNATURE": "v1,00 v1,11", "HTTP_A": ",", "QUERY_STRING": "a,b"])
        #expect(try params.header("webhook-signature") == "v1,00 v1,11")
        #expect(try params.header("A") == ",")
        #expect(try params.value(of: "QUERY_STRING") == "a,b")
    }

    @Test func `are copied from C strings`() throws {
        let params = environment([Array("A=1".utf8), Array("B==".utf8), Array("none".utf8), Array("=x".utf8), []])
        #expect(try params.value(of: "A") == "1")
        #expect(try params.value(of: "B") == "=")
        #expect(try params.value(of: "none") == nil)
        #expect(try params.value(of: "") == "x")
        #expect(try Params(environment: nil).value(of: "A") == nil)
    }

    @Test func `replace invalid UTF-8`() throws {
        let params = environment([Array("HTTP_A=x".utf8) + [0xff, 0xfe] + Array("y".utf8), Array("HTTP_B=é".utf8)])
        #expect(try params.header("A") == "x\u{fffd}\u{fffd}y")
        #expect(try params.header("B") == "é")
    }

    /// Makes parameters from these strings, each terminated by a zero byte.
    private func environment(_ texts: [[UInt8]]) -> Params {
        var pointers: [UnsafeMutablePointer<CChar>?] = texts.map { text in
            (text + [0]).withUnsafeBufferPointer { bytes in
                bytes.withMemoryRebound(to: CChar.self) { $0.baseAddress.flatMap { strdup($0) } }
            }
        }
        defer { for pointer in pointers { free(pointer) } }
        pointers.append(nil)
        return pointers.withUnsafeMutableBufferPointer { Params(environment: $0.baseAddress) }
    }
}
