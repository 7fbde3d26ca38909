using Confluent.Kafka;
using RabbitMQ.Client;

namespace Shop;

public class Orders(IProducer<string, string> kafka, IModel rabbit)
{
    public async Task Send(string id)
    {
        await kafka.ProduceAsync("orders", new Message<string, string> { Key = id, Value = $"{{\"id\": {id}}}" });
        rabbit.BasicPublish(exchange: "", routingKey: "refunds", body: System.Text.Encoding.UTF8.GetBytes(id));
    }
}
