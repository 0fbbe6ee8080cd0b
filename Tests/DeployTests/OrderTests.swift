import Deploy
import TestSupport
import Testing

@Suite struct `an order` {
    @Test func `is stored as text and read back`() throws {
        for order in [Order.follow, .place(at: try .fake(1))] {
            #expect(Order(rawValue: order.rawValue) == order)
        }
        #expect(Order.follow.rawValue == "follow")
        #expect(Order.place(at: try .fake(1)).rawValue == "place c000000000000000000000000000000000000001")
    }

    @Test(arguments: ["", "Follow", "follow ", "place", "place main", "place  c0", "roll back"])
    func `cannot be read from other text`(_ text: String) {
        #expect(Order(rawValue: text) == nil)
    }
}
