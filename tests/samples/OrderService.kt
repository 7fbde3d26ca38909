package shop

interface Orders { fun find(id: Long): Order }

open class OrderService : Orders {
    companion object { const val MOST = 100 }

    private val all by lazy { mutableMapOf<Long, Order>() }

    override fun find(id: Long): Order = all[id] ?: error("no order $id")

    fun add(order: Order): Order = order.also { all[it.id] = it }
}
