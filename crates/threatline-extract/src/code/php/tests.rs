#![allow(clippy::unwrap_used)]
//! Realistic PHP, lowered.

use super::lower;
use crate::code::show::show;

fn check(text: &str, expected: &str) {
    let shown = show(&lower(text));
    assert_eq!(shown.trim_end(), expected.trim(), "\n--- got ---\n{shown}");
}

#[test]
fn controller() {
    check(
        r####"<?php
declare(strict_types=1);
namespace App\Http;

use App\Models\{User, Order as Purchase};
use Symfony\Component\Routing\Attribute as R;

#[R\Route('/orders', name: 'orders', methods: ['GET'])]
abstract class Orders extends Base implements \JsonSerializable
{
    use Loud;
    const PREFIX = '/v' . 1;
    private ?User $user = null;

    public function __construct(private readonly Gateway $gateway, int $x = 3) { parent::__construct($x); }

    /**
     * @Route("/{id}", methods={"GET", "HEAD"}, requirements={"id"="\d+"})
     * @param int $id
     */
    public function show(int|string $id, Purchase ...$rest): ?User
    {
        $this->user = self::find("u-{$id}/$rest[0]") ?? static::PREFIX;
        foreach ($rest as $key => $one) { $map[$key] .= $one->name; }
        return fn ($y) => $y?->z(...)[0];
    }
}
"####,
        r####"
package App.Http
5 import User = App.Models / User
5 import Purchase = App.Models / Order
6 import R = Symfony.Component.Routing / Attribute
8 import Symfony.Component.Routing.Attribute.Route = Symfony.Component.Routing.Attribute / Route
2 block
8 @Symfony.Component.Routing.Attribute.Route("/orders", name: "orders", methods: ["GET"]) @abstract() Class Orders: [Base, JsonSerializable, Loud] 9:8-27
  12 field PREFIX = ("/v" + 1)
  13 field user: User = null
  15 field gateway: Gateway
  public fn __construct(gateway: Gateway, x: int = 3) 15:15-15
    15 self.gateway = $gateway
    15 Base.__construct($x)
  @Route("/{id}", methods: ["GET", "HEAD"], requirements: {"id": "\\d+"}) public fn show(id: |<int, string>, ...rest: Purchase) -> User 21:21-26
    23 self.user = (self.find(template["u-", $id, "/", $rest[0]]) ?? Orders.PREFIX)
    24 loop [$key, $one] in $rest
      24 $map[$key] = ($map[$key] + $one.name)
    25 return (y) => $y.z()[0]
"####,
    );
}

#[test]
fn pages_around_programs_and_files_that_are_loaded() {
    check(
        r####"<h1>It's</h1>
<?php
$routes = require __DIR__ . '/routes.php';
if (($user = find('u')) === null): ?>
<p>none</p>
<?php elseif (!isset($_GET['q'])): die('x'); else: echo $user['name']; endif;
list('a' => $a, 'b' => $b) = f(...$rest, key: [...$x, 2]);
$out = match (true) { $a, $b => 'A', default => \App\Y::class };
include 'part.php';
"####,
        r####"
3 import ./routes.php = ./routes.php / (module)
8 import App.Y = App / Y
9 import ./part.php = ./part.php / (module)
3 $routes = require((__DIR__ + "/routes.php"))
4 $user = find("u")
4 if ($user === null)
else
  6 if !$_GET["q"]
    6 throw die("x")
  else
    6 echo($user["name"])
7 {"a": $a, "b": $b} = f(...$rest, key: ($x + [2]))
8 $out = () => { 8 if ((true == $a) or (true == $b));   8 return "A"; else;   8 return App.Y }()
9 require("part.php")
"####,
    );
}
