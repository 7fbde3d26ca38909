#![allow(clippy::unwrap_used)]
//! Realistic Java, lowered.

use super::lower;
use crate::code::show::show;

fn check(text: &str, expected: &str) {
    let shown = show(&lower(text));
    assert_eq!(shown.trim_end(), expected.trim(), "\n--- got ---\n{shown}");
}

#[test]
fn controller() {
    check(
        r#"package com.shop.orders.api;

import static com.shop.Api.V1;
import static org.springframework.http.MediaType.*;
import org.springframework.web.bind.annotation.*;
import java.util.List;

/** Orders. */
@RestController
@RequestMapping(path = Api.V1 + "/orders", produces = {"application/json", TEXT_PLAIN_VALUE})
public class OrderController extends Base<Order> implements OrderApi, java.io.Serializable {
    private static final String ROOT = "/x", OTHER = ROOT + "/y";
    private final OrderService orders;

    public OrderController(@Qualifier("main") OrderService orders) {
        super(orders);
        this.orders = orders;
    }

    @GetMapping(
        value = {"/{id}", "/by-id/{id}"})
    @PreAuthorize("hasRole('ADMIN')")
    public ResponseEntity<List<Order>> get(
            @PathVariable Long id,
            @RequestParam(name = "q", required = false) String query, String... rest) throws IOException {
        return ResponseEntity.ok(orders.find(id));
    }

    @Operation(responses = @ApiResponse(code = 200))
    static int count() { return -1; }
}
"#,
        r#"
package com.shop.orders.api
3 import V1 = com.shop.Api / V1
4 import * = org.springframework.http.MediaType / *
5 import * = org.springframework.web.bind.annotation / *
6 import List = java.util / List
9 @RestController() @RequestMapping(path: (Api.V1 + "/orders"), produces: ["application/json", TEXT_PLAIN_VALUE]) Class OrderController: [Base<Order>, OrderApi, java.io.Serializable] 11:9-31
  12 field ROOT: String = "/x"
  12 field OTHER: String = (ROOT + "/y")
  13 field orders: OrderService
  public fn OrderController(@Qualifier("main") orders: OrderService) 15:15-18
    16 super(orders)
    17 self.orders = orders
  @GetMapping(value: ["/{id}", "/by-id/{id}"]) @PreAuthorize("hasRole('ADMIN')") public fn get(@PathVariable() id: Long, @RequestParam(name: "q", required: false) query: String, ...rest: String) -> ResponseEntity<List<Order>> 23:20-27
    26 return ResponseEntity.ok(orders.find(id))
  @Operation(responses: new ApiResponse(code: 200)) static fn count() -> int 30:29-30
    30 return -1
"#,
    );
}

#[test]
fn security_chain() {
    check(
        r#"class S {
    @Bean
    SecurityFilterChain chain(HttpSecurity http) throws Exception {
        http
            .csrf(AbstractHttpConfigurer::disable)
            .authorizeHttpRequests(a -> a
                .requestMatchers(HttpMethod.GET, "/public/**").permitAll()
                .anyRequest().authenticated())
            .sessionManagement((s) -> { s.sessionCreationPolicy(STATELESS); })
            .httpBasic(withDefaults());
        return http.build();
    }
    RouterFunction<ServerResponse> routes(Handler h) {
        return RouterFunctions.route(GET("/x").and(accept(JSON)), h::list).andRoute(POST("/y"), this::create);
    }
    WebClient client = WebClient.builder().baseUrl("http://" + host + ':' + 80).build();
    WebMvcConfigurer cors = new WebMvcConfigurer() {
        @Override
        public void addCorsMappings(CorsRegistry registry) { registry.addMapping("/**"); }
    };
}
"#,
        r#"
1 Class S: [] 1:1-21
  16 field client: WebClient = WebClient.builder().baseUrl(((("http://" + host) + ":") + 80)).build()
  17 field cors: WebMvcConfigurer = { Class : [WebMvcConfigurer] 17:17-20;   @Override() public fn addCorsMappings(registry: CorsRegistry) -> void 19:18-19;     19 registry.addMapping("/**") }
  @Bean() fn chain(http: HttpSecurity) -> SecurityFilterChain 3:2-12
    4 http.csrf(AbstractHttpConfigurer.disable).authorizeHttpRequests((a) => a.requestMatchers(HttpMethod.GET, "/public/**").permitAll().anyRequest().authenticated()).sessionManagement((s) => { 9 s.sessionCreationPolicy(STATELESS) }).httpBasic(withDefaults())
    11 return http.build()
  fn routes(h: Handler) -> RouterFunction<ServerResponse> 13:13-15
    14 return RouterFunctions.route(GET("/x").and(accept(JSON)), h.list).andRoute(POST("/y"), self.create)
"#,
    );
}

#[test]
fn statements() {
    check(
        r#"class S {
    void run(String kind) {
        var a = 1;
        int x, y = 2;
        a = y = f();
        url += "/z";
        try (Connection c = open("db"); var s = c.prepare("select")) {
            s.run();
        } catch (SQLException | IOException e) { log(e); throw new Failure(e); } finally { done(); }
        for (int i = 0; i < n; i++) { call(i); }
        for (Order o : list()) call(o);
        while (more()) next();
        if (!ok && kind instanceof String s) one(); else if (b) { two(); } else three();
        switch (kind) {
            case "a":
            case "b": one(); break;
            default: two();
        }
        String path = switch (kind) { case A, B -> "/a"; case C -> { log(); yield "/c"; } default -> throw new X(); };
        synchronized (this) { locked(); }
        Runnable r = () -> this.count = 5;
        List<Order>[] lists = new ArrayList[3];
        String[] names = {"a", "b"};
        Supplier<Order> s = Order::new;
        get(url, Order.class, (String) value, new TypeRef<List<Order>>() {}, c ? 1 : 2, names[0]);
    }
}
"#,
        r#"
1 Class S: [] 1:1-27
  fn run(kind: String) -> void 2:2-26
    3 a = 1
    4 x: int
    4 y: int = 2
    5 y = f()
    5 a = f()
    6 url = (url + "/z")
    7 try
      7 c: Connection = open("db")
      7 s = c.prepare("select")
      8 s.run()
    catch
      9 log(e)
      9 throw new Failure(e)
    finally
      9 done()
    10 i: int = 0
    10 loop
      10 (i < n)
      10 ?(i)
      10 call(i)
    11 loop o in list()
      11 call(o)
    12 loop
      12 more()
      12 next()
    13 if (!ok and (kind instanceof String))
      13 one()
    else
      13 if b
        13 two()
      else
        13 three()
    15 if ((kind == "a") or (kind == "b"))
      16 one()
    else
      17 two()
    19 path: String = () => { 19 if ((kind == A) or (kind == B));   19 return "/a"; else;   19 if (kind == C);     19 log();     19 return "/c";   else;     19 throw new X() }()
    20 block
      20 self
      20 block
        20 locked()
    21 r: Runnable = () => { 21 self.count = 5 }
    22 lists: []<List<Order>> = []
    23 names: []<String> = ["a", "b"]
    24 s: Supplier<Order> = Order.new
    25 get(url, Order, value, new TypeRef<List<Order>>(), (c ? 1 : 2), names[0])
"#,
    );
}

#[test]
fn enums_records_interfaces() {
    check(
        r#"public enum Role implements Named {
    ADMIN("a"), USER { @Override String path() { return "/u"; } };
    private final String code;
    Role(String code) { this.code = code; }
}
record Payment(@NotNull String card, List<? extends Item> items) implements Thing { Payment { check(card); } }
@FeignClient(name = "billing", url = "${billing.url}")
interface Billing extends Base, Other<A> {
    String PATH = "/p";
    @PostMapping("/pay") Receipt pay(@RequestBody Payment p);
    private void hidden() {}
}
@interface Secured { String[] value() default {}; @AliasFor("value") String role(); }
class Outer { static { init(); } class Inner { Map.Entry<String, int[]> e; } }
"#,
        r#"
1 Enum Role: [Named] 1:1-5
  2 field ADMIN: Role = new Role("a")
  2 field USER: Role
  3 field code: String
  fn Role(code: String) 4:4-4
    4 self.code = code
  2 Class USER: [Role] 2:2-2
    @Override() fn path() -> String 2:2-2
      2 return "/u"
6 Record Payment: [Thing] 6:6-6
  6 @NotNull() field card: String
  6 field items: List<Item>
  fn Payment() 6:6-6
    6 check(card)
7 @FeignClient(name: "billing", url: "${billing.url}") Interface Billing: [Base, Other<A>] 8:7-12
  9 field PATH: String = "/p"
  @PostMapping("/pay") public fn pay(@RequestBody() p: Payment) -> Receipt 10:10-10
  fn hidden() -> void 11:11-11
13 Interface Secured: [] 13:13-13
  13 field value: []<String> = []
  13 @AliasFor("value") field role: String
14 Class Outer: [] 14:14-14
  14 block
    14 init()
  14 Class Inner: [] 14:14-14
    14 field e: Map.Entry<String, []<int>>
"#,
    );
}

#[test]
fn literals() {
    check(
        "class L { String a = \"q\\\"\\u0041\\n\\101\"; char c = '\\t'; String b = \"\"\"\n      SELECT *\n        FROM x \\\n      WHERE \"y\"\n      \"\"\"; long n = 10_000L; double d = .5; boolean t = true; Object o = null; }\n",
        r#"
1 Class L: [] 1:1-5
  1 field a: String = "q\"A\nA"
  1 field c: char = "\t"
  1 field b: String = "SELECT *\n  FROM x WHERE \"y\"\n"
  5 field n: long = 10_000L
  5 field d: double = .5
  5 field t: boolean = true
  5 field o: Object = null
"#,
    );
}

#[test]
fn broken() {
    check(
        "class A { @GetMapping(\"/x\") void x() { call(\"y\"; } void z() { g(); }",
        r#"
1 Class A: [] 1:1-1
  @GetMapping("/x") fn x() -> void 1:1-1
    1 call("y")
  fn z() -> void 1:1-1
    1 g()
errors
"#,
    );
}

#[test]
fn nesting_is_bounded() {
    let chain = |part: &str, count: usize| format!("class A {{ Object x = a{}; }}", part.repeat(count));
    for text in [
        chain(".f()", 50_000),
        chain(" + b", 50_000),
        format!("class A {{ Object x = {}1{}; }}", "(".repeat(50_000), ")".repeat(50_000)),
        format!("class A {{ Object x = {}1{}; }}", "f(() -> ".repeat(20_000), ")".repeat(20_000)),
        format!("class A {{ void f() {{ {} }} }}", "{".repeat(20_000)),
        format!("class A {{ void f() {{ {} }} }}", "if (a) {} else ".repeat(20_000)),
        "class A { ".repeat(20_000),
        format!("class A {{ {}X{} x; }}", "List<".repeat(20_000), ">".repeat(20_000)),
        format!("@A({}) class B {{}}", "@A(".repeat(20_000)),
        format!("class A {{ void f() {{ a = {} b; }} }}", "a = ".repeat(20_000)),
    ] {
        assert!(!lower(&text).body.is_empty());
    }
}
