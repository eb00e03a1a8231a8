package io.mlops4j.runtime.view;

import io.mlops4j.error.DataException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A store in a server that speaks Redis's protocol. Tested with Redis 8 of Debian; no further
 * library is needed. It uses one server, not a cluster. Thread safe.
 *
 * <p>A row is one string with the name {@code mlops4j:}, the view and the key. A script on the
 * server compares it with the stored one, so an older row never replaces a newer one. The server
 * deletes expired rows by itself. Whether rows survive a restart of the server depends on its
 * settings.
 *
 * <p>Idle connections are used again; there are never more than calls at the same time.
 */
public final class RedisOnlineStore implements OnlineStore {
  private static final String NAME = "mlops4j:";
  private static final int MOST_IDLE = 64;

  /** Compares bytes one by one, because the server's locale decides how Lua orders strings. */
  private static final String SCRIPT =
      """
      local old, new = redis.call('GET', KEYS[1]), ARGV[1]
      if old then
        local newer = #new > #old
        for i = 9, math.min(#new, #old) do
          local a, b = string.byte(new, i), string.byte(old, i)
          if a ~= b then newer = a > b break end
        end
        if not newer then return 0 end
      end
      if ARGV[2] == '' then redis.call('SET', KEYS[1], new)
      else redis.call('SET', KEYS[1], new, 'PXAT', ARGV[2]) end
      return 1
      """;

  private final Builder settings;
  private final ConcurrentLinkedDeque<RedisConnection> idle = new ConcurrentLinkedDeque<>();
  private final AtomicInteger idleCount = new AtomicInteger();
  private volatile boolean closed;

  private RedisOnlineStore(Builder settings) {
    this.settings = settings;
    call(
        "connect",
        connection -> {
          connection.send(RedisConnection.bytes("PING"));
          connection.flush();
          return String.valueOf(connection.answer());
        });
  }

  /**
   * Starts a store.
   *
   * @param host the server's name or address
   * @param port its port, for example 6379
   * @return a builder
   * @throws IllegalArgumentException if the port is not 1 to 65 535
   */
  public static Builder builder(String host, int port) {
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("port: found " + port + ", expected 1 to 65535");
    }
    return new Builder(Objects.requireNonNull(host, "host"), port);
  }

  @Override
  public int write(String view, List<Row> rows) {
    if (rows.isEmpty()) {
      return 0;
    }
    return call(
        "write rows",
        connection -> {
          for (Row row : rows) {
            connection.send(
                RedisConnection.bytes("EVAL"),
                RedisConnection.bytes(SCRIPT),
                RedisConnection.bytes("1"),
                name(view, row.key()),
                value(row),
                RedisConnection.bytes(
                    row.expiresMicros() == Long.MAX_VALUE
                        ? ""
                        : Long.toString(Math.floorDiv(row.expiresMicros(), 1000) + 1)));
          }
          connection.flush();
          int written = 0;
          for (int i = 0; i < rows.size(); i++) {
            written += Long.valueOf(1).equals(connection.answer()) ? 1 : 0;
          }
          return written;
        });
  }

  @Override
  public Map<String, Row> read(String view, Collection<String> keys) {
    List<String> all = List.copyOf(keys);
    if (all.isEmpty()) {
      return Map.of();
    }
    return call(
        "read rows",
        connection -> {
          byte[][] command = new byte[all.size() + 1][];
          command[0] = RedisConnection.bytes("MGET");
          for (int i = 0; i < all.size(); i++) {
            command[i + 1] = name(view, all.get(i));
          }
          connection.send(command);
          connection.flush();
          Map<String, Row> found = new HashMap<>();
          if (connection.answer() instanceof List<?> values) {
            for (int i = 0; i < values.size(); i++) {
              if (values.get(i) instanceof byte[] value) {
                found.put(all.get(i), row(all.get(i), value));
              }
            }
          }
          return found;
        });
  }

  /**
   * Does nothing, because the server deletes expired rows.
   *
   * @param before not used
   * @return 0
   */
  @Override
  public long deleteExpired(Instant before) {
    Objects.requireNonNull(before, "before");
    return 0;
  }

  private static byte[] name(String view, String key) {
    return RedisConnection.bytes(NAME + view + ":" + key);
  }

  /**
   * The expiry, then what rows are ordered by. Times have their sign turned, to compare as bytes.
   */
  private static byte[] value(Row row) {
    return ByteBuffer.allocate(3 * Long.BYTES + row.content().length)
        .putLong(row.expiresMicros())
        .putLong(row.eventMicros() ^ Long.MIN_VALUE)
        .putLong(row.createdMicros() ^ Long.MIN_VALUE)
        .put(row.content())
        .array();
  }

  private static Row row(String key, byte[] value) throws IOException {
    if (value.length < 3 * Long.BYTES) {
      throw new IOException("found a row of " + value.length + " bytes for key " + key);
    }
    ByteBuffer in = ByteBuffer.wrap(value);
    long expires = in.getLong();
    return new Row(
        key,
        in.getLong() ^ Long.MIN_VALUE,
        in.getLong() ^ Long.MIN_VALUE,
        expires,
        Arrays.copyOfRange(value, in.position(), value.length));
  }

  private interface Work<T> {
    T on(RedisConnection connection) throws IOException;
  }

  /** Runs work; once more if an idle connection had been closed by the server. */
  private <T> T call(String what, Work<T> work) {
    try {
      RedisConnection reused = take();
      if (reused != null) {
        try {
          return done(reused, work);
        } catch (RedisConnection.RefusedException | SocketTimeoutException e) {
          throw e; // a server that does not answer shall not hold up the caller twice
        } catch (IOException e) {
          // Closed while it was idle, or just now: all work can be repeated.
        }
      }
      return done(open(), work);
    } catch (IOException e) {
      throw new DataException(
          "online store at "
              + settings.host
              + ":"
              + settings.port
              + ": cannot "
              + what
              + ": "
              + (e.getMessage() == null ? e : e.getMessage())
              + "; check the server, its password and its memory, and try again",
          e);
    }
  }

  private <T> T done(RedisConnection connection, Work<T> work) throws IOException {
    boolean whole = false;
    try {
      T result = work.on(connection);
      whole = true;
      return result;
    } finally {
      if (whole && !closed && idleCount.get() < MOST_IDLE) {
        idleCount.incrementAndGet();
        idle.push(connection);
      } else {
        connection.close(); // after an error, answers may still be under way
      }
      if (closed) {
        close();
      }
    }
  }

  private @Nullable RedisConnection take() {
    if (closed) {
      throw new IllegalStateException("the online store is closed: build another");
    }
    RedisConnection connection = idle.poll();
    if (connection != null) {
      idleCount.decrementAndGet();
    }
    return connection;
  }

  private RedisConnection open() throws IOException {
    RedisConnection connection =
        RedisConnection.open(settings.host, settings.port, settings.tls, settings.timeout);
    try {
      if (!settings.password.isEmpty()) {
        if (settings.user.isEmpty()) {
          connection.send(RedisConnection.bytes("AUTH"), RedisConnection.bytes(settings.password));
        } else {
          connection.send(
              RedisConnection.bytes("AUTH"),
              RedisConnection.bytes(settings.user),
              RedisConnection.bytes(settings.password));
        }
        connection.flush();
        connection.answer();
      }
      return connection;
    } catch (IOException e) {
      connection.close();
      throw e;
    }
  }

  @Override
  public void close() {
    closed = true;
    for (RedisConnection each = idle.poll(); each != null; each = idle.poll()) {
      each.close();
    }
  }

  /** Address, user and times of a store. Not thread safe. */
  public static final class Builder {
    private final String host;
    private final int port;
    private boolean tls;
    private String user = "";
    private String password = "";
    private Duration timeout = Duration.ofSeconds(5);

    private Builder(String host, int port) {
      this.host = host;
      this.port = port;
    }

    /**
     * Encrypts connections. The JVM must trust the server's certificate, which must name the host.
     *
     * @return this
     */
    public Builder tls() {
      this.tls = true;
      return this;
    }

    /**
     * Sets the user and the password; none unless set.
     *
     * @param user the user; empty for the default user
     * @param password the password
     * @return this
     */
    public Builder user(String user, String password) {
      this.user = Objects.requireNonNull(user, "user");
      this.password = Objects.requireNonNull(password, "password");
      return this;
    }

    /**
     * Limits the time to connect, and the time to wait for an answer; 5 seconds unless set.
     *
     * @param limit a millisecond to a day
     * @return this
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder timeout(Duration limit) {
      if (limit.toMillis() < 1 || limit.compareTo(Duration.ofDays(1)) > 0) {
        throw new IllegalArgumentException(
            "limit: found " + limit + ", expected a millisecond to a day");
      }
      this.timeout = limit;
      return this;
    }

    /**
     * Connects.
     *
     * @return the store, which the caller closes
     * @throws DataException if the server cannot be reached, or refuses the user
     */
    public OnlineStore open() {
      Builder copy = new Builder(host, port);
      copy.tls = tls;
      copy.user = user;
      copy.password = password;
      copy.timeout = timeout;
      return new RedisOnlineStore(copy);
    }
  }
}
