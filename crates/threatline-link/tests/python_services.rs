//! Services of Python as teams write them: what dependencies hand over, what a comparison proves, what a class decides itself.

#![allow(clippy::unwrap_used)]

mod common;

use common::{check, composed, line};

/// Every claim of what a request's words become part of: the property and the line where it happens.
fn claims(files: &[(&str, &str)]) -> Vec<String> {
    let found = composed(files);
    let of_calls = found.calls.iter().flat_map(|call| &call.properties).map(|(property, _, places)| (*property, places.clone()));
    let of_programs = found.traits.iter().map(|found| (found.property, found.places.clone()));
    let mut out: Vec<String> = of_calls
        .chain(of_programs)
        .filter(|(property, _)| property.name().ends_with("_from_input"))
        .map(|(property, places)| format!("{}: {}", property.name(), line(files, places.last().unwrap())))
        .collect();
    out.sort();
    out.dedup();
    out
}

/// Who may, and what the way in checks.
fn checks(files: &[(&str, &str)]) -> Vec<String> {
    let mut out = Vec::new();
    for entry in &composed(files).entries {
        let holds = |one: &Option<threatline_link::compose::Conclusion>| one.as_ref().map_or("unknown", |one| if one.holds { "yes" } else { "no" });
        let said: Vec<&str> = entry.properties.iter().map(|(property, ..)| property.name()).filter(|name| name.ends_with("_check")).collect();
        out.push(format!("{} {} {} {}", entry.path, holds(&entry.authenticated), holds(&entry.authorized), said.join(",")).trim_end().to_owned());
    }
    out.sort();
    out
}

const SESSION: &str = "
import os
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

engine = create_engine(os.environ['DATABASE_URL'])
SessionLocal = sessionmaker(bind=engine)


def get_db():
    db = SessionLocal()
    try:
        yield db
    finally:
        db.close()
";

#[test]
fn what_a_dependency_gives_is_what_the_handler_gets() {
    let app = "
from fastapi import Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.orm import Session
from session import get_db

app = FastAPI()


class Orders:
    def __init__(self, db: Session = Depends(get_db)):
        self.db = db

    def find(self, note):
        return self.db.execute(text('SELECT ' + note))


@app.get('/direct')
def direct(q: str, db: Session = Depends(get_db)):
    return db.execute(text(f'DIRECT {q}'))


@app.get('/through')
def through(q: str, orders: Orders = Depends()):
    return orders.find(q)


@app.get('/number')
def number(q: int, db: Session = Depends(get_db)):
    return db.execute(text(f'NUMBER {q}'))
";
    assert_eq!(
        claims(&[("session.py", SESSION), ("main.py", app)]),
        ["query_from_input: return db.execute(text(f'DIRECT {q}'))", "query_from_input: return self.db.execute(text('SELECT ' + note))"]
    );
}

#[test]
fn a_text_that_may_be_missing_is_one_and_so_is_the_name_of_a_file() {
    let app = "
import os
from fastapi import FastAPI, UploadFile

app = FastAPI()


@app.get('/maybe')
def maybe(q: str | None = None):
    os.system('maybe ' + q)


@app.get('/either')
def either(q: int | None = None):
    os.system('either ' + str(q))


@app.post('/file')
async def file(sent: UploadFile):
    with open(f'/data/{sent.filename}', 'wb') as out:
        out.write(await sent.read())
";
    assert_eq!(
        claims(&[("main.py", app)]),
        ["command_from_input: os.system('maybe ' + q)", "path_from_input: with open(f'/data/{sent.filename}', 'wb') as out:"]
    );
}

#[test]
fn a_credential_is_no_role_and_an_owner_is_asked_for_one_record() {
    let app = "
import hmac
from functools import wraps
from flask import Flask, abort, current_app, request
from flask_login import current_user, login_required
from models import Order

app = Flask(__name__)


def keyed(function):
    @wraps(function)
    def inner(*args, **kwargs):
        key = request.headers.get('X-API-KEY')
        if not key or key != current_app.config['API_KEY']:
            abort(403)
        return function(*args, **kwargs)
    return inner


@app.post('/keyed')
@keyed
def with_key():
    return ''


@app.post('/signed')
def signed():
    expected = hmac.new(b'secret', request.data, 'sha256').hexdigest()
    if not hmac.compare_digest(expected, request.headers['X-Signature']):
        abort(403)
    return ''


@app.get('/owned/<int:id>')
@login_required
def owned(id):
    order = Order.query.get(id)
    if order.user_id != current_user.id:
        abort(403)
    return ''


@app.get('/ranked')
@login_required
def ranked():
    if current_user.role != 'admin':
        abort(403)
    return ''
";
    assert_eq!(checks(&[("app.py", app)]), ["/keyed yes unknown", "/owned/{id} yes yes owner_check", "/ranked yes yes role_check", "/signed yes unknown"]);
}

#[test]
fn a_view_that_decides_by_itself_asks_no_configuration() {
    let settings = "REST_FRAMEWORK = {'DEFAULT_PERMISSION_CLASSES': ['rest_framework.permissions.IsAuthenticated']}\nROOT_URLCONF = 'app.urls'\nMIDDLEWARE = ['app.seen.Seen']\n";
    let seen = "class Seen:\n    def __init__(self, get_response):\n        self.get_response = get_response\n\n    def __call__(self, request):\n        return self.get_response(request)\n";
    let urls = "from django.urls import path\nfrom . import views\nurlpatterns = [path('notes', views.Notes.as_view()), path('terms', views.Terms.as_view()), path('mine', views.Mine.as_view()), path('own', views.Own.as_view()), path('mixed', views.Mixed.as_view())]\n";
    let views = "from rest_framework import generics\nfrom rest_framework.permissions import AllowAny, IsAdminUser\nfrom rest_framework.views import APIView\n\nclass Notes(generics.ListAPIView):\n    def get_permissions(self):\n        return [AllowAny()]\n\nclass Terms(APIView):\n    permission_classes = [AllowAny]\n\n    def get(self, request):\n        return request.META.get('HTTP_X_TRACE')\n\nclass Mine(APIView):\n    def get(self, request):\n        return None\n\nclass Own(APIView):\n    def get_permissions(self):\n        if self.request.version == '2':\n            self.permission_classes = [IsAdminUser]\n        return super().get_permissions()\n\n    def get(self, request):\n        return None\n\nclass Mixed(APIView):\n    def get_permissions(self):\n        permission_classes = [AllowAny] if self.request.version == '2' else [IsAdminUser]\n        return [permission() for permission in permission_classes]\n\n    def get(self, request):\n        return None\n";
    let files = [("app/settings.py", settings), ("app/__init__.py", ""), ("app/seen.py", seen), ("app/urls.py", urls), ("app/views.py", views)];
    check(&files, &["GET /mine true X", "GET /mixed unknown", "GET /notes unknown", "GET /own true X", "GET /terms false C"]);
    let found = composed(&files);
    let terms = found.entries.iter().find(|entry| entry.path == "/terms").unwrap();
    assert_eq!(terms.parameters.iter().map(|one| format!("{}:{}", one.place, one.name)).collect::<Vec<_>>(), ["header:X-TRACE"]);
}

#[test]
fn a_router_is_told_by_the_constructor_of_its_class_and_a_class_of_handlers_depends_for_all() {
    let app = "
from fastapi import APIRouter, Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
import jwt
from views import controller

scheme = OAuth2PasswordBearer(tokenUrl='t')


def signed_in(token: str = Depends(scheme)):
    try:
        return jwt.decode(token, 'k', algorithms=['HS256'])
    except jwt.PyJWTError:
        raise HTTPException(status_code=401)


class UserRouter(APIRouter):
    def __init__(self, tags=None, prefix: str = '', **kwargs):
        super().__init__(tags=tags, prefix=prefix, dependencies=[Depends(signed_in)], **kwargs)


class VersionRouter(APIRouter):
    def __init__(self, version):
        super().__init__(prefix=f'/{version}')


class PlainRouter(APIRouter):
    pass


own = UserRouter(prefix='/own')
second = VersionRouter('v2')
plain = PlainRouter(prefix='/plain')
items = APIRouter(prefix='/items')


class Base:
    user: dict = Depends(signed_in)


@own.get('/a')
def a():
    return None


@second.get('/b')
def b():
    return None


@plain.get('/c')
def c():
    return None


@controller(items)
class Items(Base):
    @items.get('/d')
    def d(self):
        return None


app = FastAPI()
for router in (own, second, plain, items):
    app.include_router(router)
";
    let views = "def controller(router):\n    def decorator(cls):\n        return cls\n    return decorator\n";
    check(&[("main.py", app), ("views.py", views)], &["GET /items/d true X", "GET /own/a true X", "GET /plain/c false C", "GET /v2/b false C"]);
}
