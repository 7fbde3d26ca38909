package shop

import org.springframework.web.bind.annotation.*

data class Order(val id: Long, val email: String? = null, val lines: List<String> = emptyList())

@RestController
@RequestMapping("/api/orders")
class OrderController(private val service: OrderService) {
    @GetMapping("/{id}")
    fun one(@PathVariable id: Long): Order = service.find(id)

    @PostMapping
    fun add(@RequestBody order: Order) = when {
        order.lines.isEmpty() -> throw IllegalArgumentException("order ${order.id} is empty")
        else -> service.add(order)
    }
}
