package shop;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;

@Component
class Client {
    private final RestClient client;
    private final KafkaTemplate<String, String> kafka;
    private final RestTemplate rest = new RestTemplate();

    Client(@Value("${billing.url:http://billing}") String url, KafkaTemplate<String, String> kafka) {
        this.client = RestClient.create(url);
        this.kafka = kafka;
    }

    Map<String, ?> fetch(String id) {
        kafka.send("orders", id);
        rest.getForObject("http://stock/items", Map.class);
        return client.get().uri("/bills/{id}", id).retrieve().body(Map.class);
    }

    @KafkaListener(topics = {"orders", "refunds"})
    void on(String message) {
        System.out.println("""
            got it
            """ + message);
    }
}
