//! PHP: sources in, entry points and ways out.
#![allow(clippy::unwrap_used)]

mod common;

use common::composed;

/// Each entry point as `METHOD path(parameters) authenticated`.
fn entries(files: &[(&str, &str)]) -> Vec<String> {
    let one = |entry: &threatline_link::compose::CodeEntry| {
        let mut parameters: Vec<String> = entry.parameters.iter().map(|one| format!("{}:{}", one.place, one.name)).collect();
        parameters.sort();
        let authenticated = entry.authenticated.as_ref().map_or("?".to_owned(), |conclusion| conclusion.holds.to_string());
        format!("{} {}({}) {authenticated}", entry.method.as_deref().unwrap_or("ANY"), entry.path, parameters.join(","))
    };
    let mut out: Vec<String> = composed(files).entries.iter().map(one).collect();
    out.sort();
    out
}

const COMPOSER: (&str, &str) = ("composer.json", r#"{"require": {"laravel/framework": "^11"}, "autoload": {"psr-4": {"App\\": "app/"}}}"#);

/// Loads the interface's routes below a prefix and names a guard of the project.
const BOOTSTRAP: (&str, &str) = (
    "bootstrap/app.php",
    "<?php use Illuminate\\Foundation\\Application; use Illuminate\\Foundation\\Configuration\\Middleware;
     return Application::configure(basePath: dirname(__DIR__))
       ->withRouting(api: __DIR__.'/../routes/api.php', apiPrefix: 'api/v2')
       ->withMiddleware(function (Middleware $middleware) {
         $middleware->alias(['partner' => \\App\\Http\\Middleware\\Partner::class]);
       })->create();",
);

#[test]
fn laravel_prefixes_guards_and_constants_in_other_files() {
    let partner = "<?php namespace App\\Http\\Middleware; use Closure;
        class Partner { public function handle($request, Closure $next) {
          if (!hash_equals(config('services.partner'), $request->header('X-Key'))) { abort(401); }
          return $next($request); } }";
    let base = "<?php namespace App\\Http\\Controllers; abstract class Controller extends \\Illuminate\\Routing\\Controller { const REPORTS = 'reports'; }";
    let orders = "<?php namespace App\\Http\\Controllers; use App\\Http\\Requests\\StoreOrder; use Illuminate\\Http\\Request;
        class OrderController extends Controller {
          public function __construct() { $this->middleware('auth')->except(['index']); }
          public function index(Request $request) { return $request->query('q'); }
          public function store(StoreOrder $request) { return 1; }
          public function report(Request $request) { return $request->input('from'); } }";
    let rules = "<?php namespace App\\Http\\Requests; use Illuminate\\Foundation\\Http\\FormRequest;
        class StoreOrder extends FormRequest { public function rules(): array { return ['sku' => 'required', 'items.*.id' => ['int']]; } }";
    let routes = "<?php use App\\Http\\Controllers\\{OrderController, Controller as Base}; use Illuminate\\Support\\Facades\\Route;
        Route::apiResource('orders', OrderController::class)->only(['index', 'store']);
        Route::get(Base::REPORTS . '/{year}', [OrderController::class, 'report']);
        Route::middleware('partner')->prefix('partners')->group(function () { Route::get('ping', fn () => 'ok')->name('p'); });
        Route::middleware('unheard-of')->get('maybe', fn () => 'ok');
        Route::get('open', function () { Route::get('never', fn () => 1); return 'ok'; });
        // Route::get('commented', fn () => 1);
        $text = \"Route::get('written', fn () => 1)\";";
    let files = [
        COMPOSER,
        BOOTSTRAP,
        ("app/Http/Middleware/Partner.php", partner),
        ("app/Http/Controllers/Controller.php", base),
        ("app/Http/Controllers/OrderController.php", orders),
        ("app/Http/Requests/StoreOrder.php", rules),
        ("routes/api.php", routes),
    ];
    assert_eq!(
        entries(&files),
        [
            "GET /api/v2/maybe() ?",
            "GET /api/v2/open() false",
            "GET /api/v2/orders(query:q) false",
            "GET /api/v2/partners/ping() true",
            "GET /api/v2/reports/{year}(path:year,query:from) true",
            "POST /api/v2/orders(form:items,form:sku) true",
        ]
    );
}

/// What is taken out again guards nothing, under whatever name it stood there.
#[test]
fn laravel_guards_that_are_taken_out_prove_nothing() {
    let guard = "<?php namespace App\\Http\\Middleware; class Authenticate extends \\Illuminate\\Auth\\Middleware\\Authenticate {}";
    let routes = "<?php use Illuminate\\Support\\Facades\\Route; use App\\Http\\Middleware\\Authenticate;
        Route::middleware(['auth', 'throttle:60'])->group(function () {
            Route::get('closed', fn () => 1);
            Route::get('still', fn () => 1)->withoutMiddleware('throttle:60');
            Route::get('open', fn () => 1)->withoutMiddleware('auth');
            Route::get('list', fn () => 1)->withoutMiddleware(['auth']);
            Route::get('other', fn () => 1)->withoutMiddleware('auth:api');
            Route::get('class', fn () => 1)->withoutMiddleware(Authenticate::class);
            Route::get('unknown', fn () => 1)->withoutMiddleware($some);
            Route::withoutMiddleware(['auth'])->group(function () { Route::get('inner', fn () => 1); });
            Route::group(['excluded_middleware' => ['auth']], function () { Route::get('listed', fn () => 1); });
            Route::get('last', fn () => 1);
        });";
    assert_eq!(
        entries(&[COMPOSER, BOOTSTRAP, ("app/Http/Middleware/Authenticate.php", guard), ("routes/api.php", routes)]),
        [
            "GET /api/v2/class() ?",
            "GET /api/v2/closed() true",
            "GET /api/v2/inner() false",
            "GET /api/v2/last() true",
            "GET /api/v2/list() false",
            "GET /api/v2/listed() false",
            "GET /api/v2/open() false",
            "GET /api/v2/other() ?",
            "GET /api/v2/still() true",
            "GET /api/v2/unknown() ?",
        ]
    );
}

/// A controller's own guards: listed in a method, or perhaps in a base that is not at hand.
#[test]
fn laravel_controllers_list_their_guards() {
    let listed = "<?php namespace App\\Http\\Controllers; use Illuminate\\Routing\\Controllers\\HasMiddleware; use Illuminate\\Routing\\Controllers\\Middleware;
        class Orders implements HasMiddleware { use \\Illuminate\\Foundation\\Auth\\Access\\AuthorizesRequests;
          public static function middleware(): array { return ['throttle:60', new Middleware('auth', only: ['store']), new Middleware('auth', except: ['index', 'store', 'open'])]; }
          public function index() { return 1; } public function store() { return 1; } public function other() { return 1; } public function open() { return 1; } }";
    let some = "<?php namespace App\\Http\\Controllers; class Some extends \\Vendor\\Admin\\CrudController { public function index() { return 1; } }";
    let plain = "<?php namespace App\\Http\\Controllers; class Plain implements \\JsonSerializable { public function index() { return 1; } }";
    let routes = "<?php use Illuminate\\Support\\Facades\\Route; use App\\Http\\Controllers\\{Orders, Some, Plain};
        Route::get('index', [Orders::class, 'index']); Route::post('store', [Orders::class, 'store']);
        Route::get('other', [Orders::class, 'other']); Route::get('open', [Orders::class, 'open']);
        Route::get('some', [Some::class, 'index']); Route::get('plain', [Plain::class, 'index']);";
    let files = [
        COMPOSER,
        BOOTSTRAP,
        ("app/Http/Controllers/Orders.php", listed),
        ("app/Http/Controllers/Some.php", some),
        ("app/Http/Controllers/Plain.php", plain),
        ("routes/api.php", routes),
    ];
    assert_eq!(
        entries(&files),
        [
            "GET /api/v2/index() false",
            "GET /api/v2/open() false",
            "GET /api/v2/other() true",
            "GET /api/v2/plain() false",
            "GET /api/v2/some() ?",
            "POST /api/v2/store() true",
        ]
    );
}

#[test]
fn laravel_files_that_nobody_is_seen_to_load_have_their_usual_prefix_and_unknown_guards() {
    let routes = "<?php use Illuminate\\Support\\Facades\\Route; Route::get('/ping', fn () => 1);";
    assert_eq!(entries(&[COMPOSER, ("routes/api.php", routes), ("routes/web.php", routes)]), ["GET /api/ping() ?", "GET /ping() ?"]);
}

#[test]
fn symfony_attributes_annotations_tables_and_checks() {
    let admin = "<?php namespace App\\Controller; use Symfony\\Component\\Routing\\Attribute\\Route; use Symfony\\Component\\Security\\Http\\Attribute\\IsGranted;
        use Symfony\\Bundle\\FrameworkBundle\\Controller\\AbstractController; use Symfony\\Component\\HttpFoundation\\Request;
        #[Route(self::PREFIX, name: 'admin_')] #[IsGranted('ROLE_ADMIN')]
        final class AdminController extends AbstractController { private const PREFIX = '/admin';
          #[Route('/users/{id<\\d+>}', methods: [Request::METHOD_GET])] public function user(Request $request, int $id) { return $request->query->get('full'); } }";
    let old = "<?php namespace App\\Controller; use Symfony\\Component\\Routing\\Annotation\\Route; use Symfony\\Bundle\\FrameworkBundle\\Controller\\AbstractController;
        class OldController extends AbstractController {
          /** @Route(\"/old/{id}\", methods={\"POST\"}) */
          public function go() { $this->denyAccessUnlessGranted('ROLE_USER'); return 1; }
          /** @Route(\"/open\") */
          public function open() { return 1; } }";
    let hook = "<?php namespace App\\Controller; use Symfony\\Component\\Routing\\Attribute\\Route;
        #[Route('/hook', methods: ['POST'])] class Hook { public function __invoke() { return 1; } }";
    let table = "health:\n  path: /health\n  controller: App\\Controller\\OldController::open\n  methods: GET|HEAD\n";
    let imports = "controllers:\n  resource: ../src/Controller/\n  type: attribute\n  prefix: /v1\nmore:\n  resource: more.yaml\n  prefix: /more\n";
    let files = [
        ("composer.json", r#"{"require": {"symfony/framework-bundle": "^7"}, "autoload": {"psr-4": {"App\\": "src/"}}}"#),
        ("config/routes.yaml", imports),
        ("config/more.yaml", table),
        ("src/Controller/AdminController.php", admin),
        ("src/Controller/Hook.php", hook),
        ("src/Controller/OldController.php", old),
    ];
    assert_eq!(
        entries(&files),
        [
            "ANY /v1/open() ?",
            "GET /more/health() ?",
            "GET /v1/admin/users/{id}(path:id,query:full) true",
            "HEAD /more/health() ?",
            "POST /v1/hook() ?",
            "POST /v1/old/{id}(path:id) true",
        ]
    );
}

#[test]
fn slim_groups_in_other_files_and_middleware_of_the_project() {
    let index = "<?php use Slim\\Factory\\AppFactory; require __DIR__ . '/../vendor/autoload.php';
        $app = AppFactory::create(); $app->setBasePath('/shop'); (require __DIR__ . '/../src/routes.php')($app); $app->run();";
    let routes = "<?php use Slim\\App; use Slim\\Routing\\RouteCollectorProxy; use Shop\\Auth; use Shop\\Show;
        return function (App $app) {
          $app->get('/', fn ($request, $response) => $response);
          $app->group('/users', function (RouteCollectorProxy $group) { $group->get('/{id}', Show::class); })->add(new Auth());
        };";
    let auth = "<?php namespace Shop; use Psr\\Http\\Server\\MiddlewareInterface; use Slim\\Exception\\HttpUnauthorizedException; use Firebase\\JWT\\JWT;
        class Auth implements MiddlewareInterface { public function process($request, $handler) {
          try { JWT::decode($request->getHeaderLine('Authorization'), $this->key); } catch (\\Exception $e) { throw new HttpUnauthorizedException($request); }
          return $handler->handle($request); } }";
    let show = "<?php namespace Shop; use Psr\\Http\\Message\\ServerRequestInterface as Request;
        class Show { public function __invoke(Request $request, $response) { return $request->getQueryParams()['full']; } }";
    let files = [
        ("composer.json", r#"{"autoload": {"psr-4": {"Shop\\": "src/"}}}"#),
        ("public/index.php", index),
        ("src/routes.php", routes),
        ("src/Auth.php", auth),
        ("src/Show.php", show),
    ];
    assert_eq!(entries(&files), ["GET /shop() false", "GET /shop/users/{id}(path:id,query:full) true"]);
}

#[test]
fn wordpress_routes_and_actions_with_who_may() {
    let plugin = "<?php class Api { private $namespace = 'acme/v1';
          public function register() {
            register_rest_route($this->namespace, '/items/(?P<id>\\d+)', [
              ['methods' => WP_REST_Server::READABLE, 'callback' => [$this, 'read'], 'permission_callback' => '__return_true'],
              ['methods' => 'POST', 'callback' => [$this, 'write'], 'permission_callback' => fn () => current_user_can('edit_posts')],
            ]); }
          public function read(WP_REST_Request $request) { return $request->get_param('full'); }
          public function write() {} }
        add_action('rest_api_init', [new Api(), 'register']);
        add_action('wp_ajax_save', 'acme_save');
        add_action('wp_ajax_vote', 'acme_vote'); add_action('wp_ajax_nopriv_vote', 'acme_vote');
        add_action('init', 'acme_init');
        function acme_save() { return $_POST['name']; } function acme_vote() {} function acme_init() {}";
    let mut found = entries(&[("plugin.php", plugin)]);
    found.dedup();
    assert_eq!(
        found,
        [
            "GET /wp-admin/admin-ajax.php?action=save(query:action,query:name) true",
            "GET /wp-admin/admin-ajax.php?action=vote(query:action) false",
            "GET /wp-json/acme/v1/items/{id}(path:id,query:full) false",
            "POST /wp-admin/admin-ajax.php?action=save(form:name,query:action) true",
            "POST /wp-admin/admin-ajax.php?action=vote(query:action) false",
            "POST /wp-json/acme/v1/items/{id}(path:id) true",
        ]
    );
}

#[test]
fn pages_below_the_web_root_are_ways_in_and_what_they_load_is_not() {
    let index = "<?php require '../inc/head.php'; echo $_GET['q'];";
    let form = "<?php if ($_POST['name']) { save($_SERVER['HTTP_X_TOKEN']); } ?><form></form>";
    let inner = "<?php $lang = $_COOKIE['lang'];";
    let job = "<?php $x = $_GET['never'];";
    let files = [("public/index.php", index), ("public/form.php", form), ("inc/head.php", inner), ("jobs/nightly.php", job)];
    assert_eq!(entries(&files), ["GET /form.php(header:X-TOKEN) ?", "GET /index.php(cookie:lang,query:q) ?", "POST /form.php(form:name,header:X-TOKEN) ?"]);
}

#[test]
fn ways_out_have_their_configured_addresses() {
    let billing = "<?php namespace App; use GuzzleHttp\\Client; use Illuminate\\Support\\Facades\\Http;
        class Billing { private Client $client;
          public function __construct() { $this->client = new Client(['base_uri' => env('BILLING_URL', 'http://billing:8080')]); }
          public function charge() { $this->client->post('/charges', []); Http::withToken('t')->post('https://api.example.com/v1'); }
          public function rows() { return new \\PDO('mysql:host=db;dbname=shop', 'u', getenv('DB_PASSWORD')); } }";
    let out = composed(&[("src/Billing.php", billing)]);
    let mut calls: Vec<String> = out
        .calls
        .iter()
        .map(|call| format!("{} {}", call.protocol.as_deref().unwrap_or("-"), call.target.as_ref().map_or("-".into(), |text| text.with_defaults())))
        .collect();
    calls.sort();
    assert_eq!(calls, ["http http://billing:8080/charges", "http https://api.example.com/v1", "sql mysql:host=db;dbname=shop"]);
}

/// Controllers are routed by their names where the manifest asks for the framework, and nowhere else.
#[test]
fn thinkphp_controllers_are_routed_by_their_names() {
    let user = "<?php namespace app\\controller; use think\\Request;
        class User extends \\think\\Controller {
          public function __construct() {}
          public function index() { return 1; }
          public function editName(Request $request) { return $request->post('name'); }
          public static function make() {} protected function helper() {} public function _initialize() {}
          /** @Route('u/{id}', 'GET|POST') */ public function show($id) { return 1; } }";
    let group = "<?php namespace app\\controller\\admin; class UserGroup { public function read() { return 1; } }";
    let order = "<?php namespace app\\shop\\controller; class OrderController { public function index() { return 1; } }";
    let routes = "<?php use think\\facade\\Route; Route::get('orders', 'Order/index');";
    let other = "<?php namespace app\\service; class Mail { public function send() {} }";
    let with = |composer: &'static str| {
        entries(&[
            ("composer.json", composer),
            ("app/controller/User.php", user),
            ("app/controller/admin/UserGroup.php", group),
            ("app/shop/controller/OrderController.php", order),
            ("app/shop/route/app.php", routes),
            ("app/service/Mail.php", other),
        ])
    };
    assert_eq!(
        with(r#"{"require": {"topthink/framework": "^8"}, "autoload": {"psr-4": {"app\\": "app"}}}"#),
        [
            "ANY /admin.user_group/read() ?",
            "ANY /shop/order() ?",
            "ANY /user() ?",
            "ANY /user/edit_name(form:name) ?",
            "ANY /user/show() ?",
            "GET /shop/orders() ?",
            "GET /u/{id}(path:id) ?",
            "POST /u/{id}(path:id) ?",
        ]
    );
    let without = with(r#"{"autoload": {"psr-4": {"app\\": "app"}}}"#);
    assert!(without.iter().all(|entry| !entry.starts_with("ANY")), "{without:?}");
}

/// Annotations without a name space mean the framework's only in its own classes.
#[test]
fn phalcon_annotations_stand_in_classes_of_the_framework_only() {
    let products = "<?php namespace Shop\\Controllers; use Phalcon\\Mvc\\Controller; use Phalcon\\Mvc\\Router;
        /** @RoutePrefix('/api/products') */
        class ProductsController extends Controller {
          /** @Get('/{id:[0-9]+}') */ public function showAction($id) { return $this->request->getQuery('q'); }
          /** @Route('/save', methods={'POST', 'PUT'}) */ public function saveAction() { return 1; } }";
    let stranger = "<?php namespace Shop\\Controllers; class Client { /** @Get('/never') */ public function load() { return 1; } }";
    assert_eq!(
        entries(&[("ProductsController.php", products), ("Client.php", stranger)]),
        ["GET /api/products/{id}(path:id,query:q) ?", "POST /api/products/save() ?", "PUT /api/products/save() ?"]
    );
}
