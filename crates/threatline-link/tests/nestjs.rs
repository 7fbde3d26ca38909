//! NestJS: modules that are wired into applications, decorators of a project's own, guards with exemptions.

#![allow(clippy::unwrap_used)]

mod common;

use common::{check, composed};

const GUARD: &str = "
import { CanActivate, ExecutionContext, Injectable, UnauthorizedException } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { JwtService } from '@nestjs/jwt';
import { IS_PUBLIC } from './public';
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(private readonly jwt: JwtService, private readonly reflector: Reflector) {}
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const isPublic = this.reflector.getAllAndOverride<boolean>(IS_PUBLIC, [context.getHandler(), context.getClass()]);
    if (isPublic) return true;
    const request = context.switchToHttp().getRequest();
    const token = request.headers.authorization?.split(' ')[1];
    if (!token) throw new UnauthorizedException();
    try {
      request.user = await this.jwt.verifyAsync(token, { secret: 'x' });
    } catch {
      throw new UnauthorizedException();
    }
    return true;
  }
}
";
const PUBLIC: &str = "
import { SetMetadata } from '@nestjs/common';
export const IS_PUBLIC = 'isPublic';
export const Public = () => SetMetadata(IS_PUBLIC, true);
";
const MAIN: &str = "
import { NestFactory } from '@nestjs/core';
import { VersioningType } from '@nestjs/common';
import { AppModule } from './app.module';
async function bootstrap() {
  const app = await NestFactory.create(AppModule);
  app.setGlobalPrefix('api', { exclude: ['health'] });
  app.enableVersioning({ type: VersioningType.URI });
  await app.listen(3000);
}
bootstrap();
";

#[test]
fn an_application_s_prefix_versions_and_guards_hold_for_all_its_modules() {
    let module = "
import { Module } from '@nestjs/common';
import { APP_GUARD, RouterModule } from '@nestjs/core';
import { AuthGuard } from './shared/auth.guard';
import { ShopModule } from './shop.module';
import { HealthController } from './health.controller';
@Module({
  imports: [ShopModule, RouterModule.register([{ path: 'shop', module: ShopModule }])],
  controllers: [HealthController],
  providers: [{ provide: APP_GUARD, useClass: AuthGuard }],
})
export class AppModule {}
";
    let health = "
import { Controller, Get } from '@nestjs/common';
import { Public } from './shared/public';
@Public()
@Controller('health')
export class HealthController { @Get() ping() { return 'ok'; } }
";
    let shop = "
import { Module } from '@nestjs/common';
import { ItemsController } from './items.controller';
@Module({ controllers: [ItemsController] })
export class ShopModule {}
";
    let items = "
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { Public } from './shared/public';
import { Base } from './base';
class Item { name: string; price: number; }
@Controller({ path: 'items', version: '2' })
export class ItemsController extends Base {
  @Public() @Get() list(@Query('page') page: number) { return []; }
  @Get(':id') one(@Param('id') id: string) { return id; }
  @Post() create(@Body() item: Item) { return item; }
}
";
    let base = "
import { Delete } from '@nestjs/common';
export abstract class Base { @Delete(':id') remove() {} }
";
    let files = [
        ("package.json", r#"{ "name": "shop", "dependencies": { "@nestjs/core": "10" } }"#),
        ("src/app.module.ts", module),
        ("src/base.ts", base),
        ("src/health.controller.ts", health),
        ("src/items.controller.ts", items),
        ("src/main.ts", MAIN),
        ("src/shared/auth.guard.ts", GUARD),
        ("src/shared/public.ts", PUBLIC),
        ("src/shop.module.ts", shop),
    ];
    check(
        &files,
        &[
            "DELETE /api/v2/shop/items/{id} true X",
            "GET /api/v2/shop/items false C",
            "GET /api/v2/shop/items/{id} true X",
            "GET /health false C",
            "POST /api/v2/shop/items true X",
        ],
    );
    let found = composed(&files);
    let create = found.entries.iter().find(|entry| entry.method.as_deref() == Some("POST")).unwrap();
    let names: Vec<&str> = create.parameters.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["name", "price"]);
}

#[test]
fn guards_of_classes_methods_and_composed_decorators() {
    let controller = "
import { applyDecorators, Controller, Get, SetMetadata, UseGuards } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import { Strange } from 'some-library';
class JwtGuard extends AuthGuard('jwt') {}
class MaybeGuard extends AuthGuard('jwt') { handleRequest(err, user) { return user; } }
class SureGuard extends AuthGuard('jwt') {
  canActivate(context) { return super.canActivate(context); }
  handleRequest(err, user) { if (err || !user) { throw err || new UnauthorizedException(); } return user; }
}
class NeverGuard { canActivate() { return false; } }
const Auth = (...roles) => applyDecorators(SetMetadata('roles', roles), UseGuards(JwtGuard));
@Controller('a')
export class AController {
  @Get('open') open() {}
  @UseGuards(JwtGuard) @Get('jwt') jwt() {}
  @UseGuards(SureGuard) @Get('sure') sure() {}
  @UseGuards(MaybeGuard) @Get('maybe') maybe() {}
  @UseGuards(Strange) @Get('strange') strange() {}
  @Auth('admin') @Get('composed') composed() {}
}
@UseGuards(AuthGuard('jwt'))
@Controller(['b', 'c'])
export class BController { @Get() all() {} }
";
    let module = "
import { Module } from '@nestjs/common';
import { AController, BController } from './a';
@Module({ controllers: [AController, BController] })
export class AppModule {}
";
    let main = "
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module';
NestFactory.create(AppModule).then((app) => app.listen(3000));
";
    check(
        &[("package.json", "{}"), ("a.ts", controller), ("app.module.ts", module), ("main.ts", main)],
        &[
            "GET /a/composed true X",
            "GET /a/jwt true X",
            "GET /a/maybe false C",
            "GET /a/open false C",
            "GET /a/strange unknown",
            "GET /a/sure true X",
            "GET /b true X",
            "GET /c true X",
        ],
    );
}

#[test]
fn a_controller_that_no_application_is_seen_to_hold_stays_open() {
    let controller = "
import { Controller, Get } from '@nestjs/common';
@Controller('x')
export class XController { @Get() all() {} }
export class NoController { @Get('none') none() {} }
";
    check(&[("x.ts", controller)], &["GET /x unknown"]);
}
