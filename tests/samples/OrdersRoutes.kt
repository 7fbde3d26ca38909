package shop

import io.ktor.server.application.*
import io.ktor.server.auth.*
import io.ktor.server.response.*
import io.ktor.server.routing.*

const val ORDERS = "/orders"

fun Route.orders(service: OrderService) {
    route(ORDERS) {
        get("/{id}") {
            val id = call.parameters["id"] ?: return@get call.respond("none")
            call.respond(service.find(id.toLong()))
        }
        authenticate("jwt") {
            post { call.respond(service.add(call.receiveText())) }
        }
    }
}
