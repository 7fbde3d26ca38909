package shop;

import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.*;

@RestController
@RequestMapping(path = "/api", produces = "application/json")
class Security {
    @Bean
    SecurityFilterChain chain(HttpSecurity http) throws Exception {
        http.authorizeHttpRequests(a -> a.requestMatchers("/open/**").permitAll().anyRequest().authenticated());
        return http.build();
    }

    @GetMapping({"/open/{id}", "/other"})
    public Reply open(@PathVariable("id") String id, @RequestParam(required = false) String q) {
        return switch (id) { case "a" -> new Reply(q); default -> null; };
    }

    record Reply(String text) {}
}
