using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Shop;

[ApiController, Route("api/[controller]")]
[Authorize(Roles = "admin")]
public class UsersController(HttpClient http) : ControllerBase
{
    private const string Stock = "http://stock:8080";

    [HttpGet("{id:int}")]
    public async Task<ActionResult<User>> Get(int id, [FromQuery] string? q) => await http.GetFromJsonAsync<User>($"{Stock}/users/{id}?q={q}") switch { null => NotFound(), var user => Ok(user) };

    [HttpPost, AllowAnonymous]
    public IActionResult Create([FromBody] User user) => Ok();
}

public class User { public string Email { get; set; } = ""; }
