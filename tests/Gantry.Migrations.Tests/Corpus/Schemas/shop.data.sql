INSERT INTO customers (id, email, full_name, country) VALUES (1, 'a@example.org', 'Ann Bee', 'DE'), (2, 'b@example.org', 'Bob Cee', 'DE'), (3, 'c@example.org', NULL, NULL);
INSERT INTO addresses (id, customer_id, city, is_default) VALUES (1, 1, 'Ulm', TRUE), (2, 1, 'Bonn', FALSE), (3, 2, 'Kiel', TRUE), (4, 2, 'Jena', TRUE);
INSERT INTO categories (id, parent_id, slug) VALUES (1, NULL, 'all'), (2, 1, 'books'), (3, 1, 'games');
INSERT INTO products (id, sku, name, category_id, price) VALUES (1, 's1', 'Book', 2, 10), (2, 's2', 'Game', 3, 20), (3, 's3', 'Book', 2, 30);
INSERT INTO prices (product_id, valid_from, amount) VALUES (1, '2024-01-01 00:00:00', 9), (1, '2024-06-01 00:00:00', 10), (2, '2024-01-01 00:00:00', 20);
INSERT INTO orders (id, customer_id, address_id, number, status, total) VALUES (1, 1, 1, 'o1', 'new', NULL), (2, 1, NULL, 'o2', 'paid', 5), (3, 2, 3, NULL, 'paid', NULL);
INSERT INTO order_items (order_id, line, product_id, quantity, unit_price) VALUES (1, 1, 1, 2, NULL), (1, 2, 2, 1, 20), (2, 1, 1, 1, 10), (3, 1, 3, 4, NULL);
