CREATE TABLE customers (
    id INTEGER NOT NULL PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    full_name TEXT,
    country TEXT,
    created_at TIMESTAMP
);
CREATE TABLE addresses (
    id INTEGER NOT NULL PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    city TEXT,
    is_default BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX ix_addresses_customer_id ON addresses (customer_id);
CREATE TABLE categories (
    id INTEGER NOT NULL PRIMARY KEY,
    parent_id INTEGER REFERENCES categories (id),
    slug TEXT NOT NULL UNIQUE,
    path TEXT
);
CREATE INDEX ix_categories_parent_id ON categories (parent_id);
CREATE TABLE products (
    id INTEGER NOT NULL PRIMARY KEY,
    sku TEXT NOT NULL,
    name TEXT NOT NULL,
    category_id INTEGER REFERENCES categories (id),
    category_slug TEXT,
    price NUMERIC(10, 2),
    CONSTRAINT products_sku_key UNIQUE (sku)
);
CREATE INDEX ix_products_category_id ON products (category_id);
CREATE TABLE prices (
    product_id INTEGER NOT NULL REFERENCES products (id),
    valid_from TIMESTAMP NOT NULL,
    amount NUMERIC(10, 2) NOT NULL,
    PRIMARY KEY (product_id, valid_from)
);
CREATE TABLE orders (
    id INTEGER NOT NULL PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    address_id INTEGER REFERENCES addresses (id),
    number TEXT,
    status TEXT NOT NULL DEFAULT 'new',
    total NUMERIC(12, 2),
    placed_at TIMESTAMP
);
CREATE INDEX ix_orders_customer_id ON orders (customer_id);
CREATE INDEX ix_orders_address_id ON orders (address_id);
CREATE TABLE order_items (
    order_id INTEGER NOT NULL REFERENCES orders (id),
    line INTEGER NOT NULL,
    product_id INTEGER NOT NULL REFERENCES products (id),
    quantity INTEGER NOT NULL,
    unit_price NUMERIC(10, 2),
    PRIMARY KEY (order_id, line)
);
CREATE INDEX ix_order_items_product_id ON order_items (product_id);
