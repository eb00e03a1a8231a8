/** What the service of the samples costs, over loopback sockets. */
@NullMarked
package io.mlops4j.bench.service;

import org.jspecify.annotations.NullMarked;
