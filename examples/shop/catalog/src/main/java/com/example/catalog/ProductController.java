package com.example.catalog;

import java.util.List;
import java.util.Map;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/products")
public class ProductController {
    private final JdbcTemplate database;

    public ProductController(JdbcTemplate database) {
        this.database = database;
    }

    @GetMapping
    public List<Map<String, Object>> list() {
        return database.queryForList("select id, title, price from products");
    }

    @GetMapping("/{id}")
    public Map<String, Object> show(@PathVariable long id) {
        return database.queryForMap("select id, title, price from products where id = ?", id);
    }
}
