package io.mlops4j.monitor.sink;

import io.mlops4j.monitor.alarm.Alarm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Sends each alarm to a web address, as a POST of the JSON of {@link AlarmSink#schema}.
 *
 * <pre>{@code
 * monitor.onAlarm(WebhookSink.builder(URI.create("https://alarms.example.com/mlops4j")).secret(secret).build());
 * }</pre>
 *
 * <p>Headers: {@code Idempotency-Key} is the {@code key} of the JSON, the same for every attempt.
 * With a secret, {@code Mlops4j-Signature: t=seconds,v1=hex} is the HMAC-SHA256 of {@code
 * seconds.body}, so that the receiver can reject other senders and old requests.
 *
 * <p>An answer of 200 to 299 is a delivery. After a failure that may pass (no connection, no answer
 * in time, 408, 425, 429, 500, 502, 503, 504) the sink tries again, after half a second, then twice
 * as long each time, or after the answer's {@code Retry-After} if that is a number of seconds.
 * Every other answer is final. A redirect is not followed. An attempt that timed out may have
 * arrived, which is why there is a key.
 *
 * <p>Only https is allowed, and only public addresses: if the name leads to a loopback, private,
 * link-local or otherwise special address, nothing is sent. The connection goes to the address that
 * was checked. {@link Builder#allowHttp} and {@link Builder#allowPrivateAddresses} lift that.
 *
 * <p>The path and query of the address are in no message, because they often hold a secret. Thread
 * safe.
 */
public final class WebhookSink implements AlarmSink {
  private static final Set<Integer> PASSING = Set.of(408, 425, 429, 500, 502, 503, 504);
  private static final Set<String> RESERVED =
      Set.of(
          "host",
          "content-length",
          "connection",
          "transfer-encoding",
          "user-agent",
          "content-type",
          "idempotency-key",
          Signature.HEADER.toLowerCase(Locale.ROOT));
  private static final Duration LONGEST = Duration.ofDays(1);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);

  /** Looks up the addresses of a name; replaced by tests. */
  interface Resolver {
    InetAddress[] resolve(String host) throws UnknownHostException;
  }

  /** Waits before another attempt; replaced by tests. */
  interface Pause {
    void of(Duration time) throws InterruptedException;
  }

  /** A failure that may be gone at the next attempt, and the time that the server wants. */
  private static final class PassingException extends IOException {
    private static final long serialVersionUID = 1;
    private final transient @Nullable Duration after;

    PassingException(String message, @Nullable Duration after, @Nullable Throwable cause) {
      super(message, cause);
      this.after = after;
    }
  }

  private final Endpoint endpoint;
  private final byte @Nullable [] secret;
  private final Map<String, String> headers;
  private final @Nullable String source;
  private final boolean privateAddresses;
  private final Duration limit;
  private final int attempts;
  private final Clock clock;
  private final HttpPost post;
  private final Resolver resolver;
  private final Pause pause;
  private final Deliveries deliveries = new Deliveries();

  private WebhookSink(Builder builder) {
    this.endpoint = builder.endpoint;
    this.secret = builder.secret;
    this.headers = new LinkedHashMap<>(builder.headers);
    this.source = builder.source;
    this.privateAddresses = builder.privateAddresses;
    this.limit = builder.total;
    this.attempts = builder.attempts;
    this.clock = builder.clock;
    this.post = new HttpPost(endpoint, builder.tls, builder.attempt);
    this.resolver = builder.resolver;
    this.pause = builder.pause;
  }

  /**
   * Starts to describe a sink.
   *
   * @param uri the address, {@code https://host/path}
   * @return a builder
   * @throws IllegalArgumentException if it is neither http nor https, lacks a host, or has a user
   *     or an impossible port
   */
  public static Builder builder(URI uri) {
    return new Builder(Endpoint.of(Objects.requireNonNull(uri, "uri")));
  }

  @Override
  public void accept(Alarm alarm) {
    byte[] body = AlarmJson.line(alarm, source).getBytes(StandardCharsets.UTF_8);
    long start = System.nanoTime();
    Duration next = FIRST_PAUSE;
    for (int attempt = 1; ; attempt++) {
      try {
        attempt(alarm, body, attempt);
        deliveries.delivered();
        return;
      } catch (PassingException e) {
        Duration wait = e.after != null && e.after.compareTo(next) > 0 ? e.after : next;
        boolean late = wait.plusNanos(System.nanoTime() - start).compareTo(limit) >= 0;
        if (attempt == attempts || late) {
          throw failed(alarm, e.getMessage() + "; attempts: " + attempt, e);
        }
        pause(alarm, wait);
        deliveries.retried();
        next = next.multipliedBy(2);
      } catch (IOException e) {
        throw failed(alarm, String.valueOf(e.getMessage()), e);
      }
    }
  }

  private RuntimeException failed(Alarm alarm, String why, Throwable cause) {
    return deliveries.failed(
        "cannot send %s to %s: %s".formatted(alarm.id(), endpoint, why), cause);
  }

  private void pause(Alarm alarm, Duration wait) {
    try {
      pause.of(wait);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed(alarm, "interrupted before another attempt", e);
    }
  }

  private void attempt(Alarm alarm, byte[] body, int number) throws IOException {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("User-Agent", "mlops4j");
    all.put("Content-Type", "application/json; charset=utf-8");
    all.put("Idempotency-Key", AlarmJson.key(alarm, source));
    all.putAll(headers);
    if (secret != null) {
      all.put(Signature.HEADER, Signature.of(secret, clock.instant(), body));
    }
    InetAddress[] addresses = checkedAddresses();
    HttpPost.Answer answer = send(addresses[(number - 1) % addresses.length], all, body);
    int status = answer.status();
    if (PASSING.contains(status)) {
      throw new PassingException("answer " + status, after(answer), null);
    }
    if (status >= 300 && status < 400) {
      throw new IOException("answer " + status + ", a redirect; set the address it leads to");
    }
    if (status >= 400) {
      throw new IOException("answer " + status);
    }
  }

  private HttpPost.Answer send(InetAddress address, Map<String, String> all, byte[] body)
      throws IOException {
    try {
      return post.send(address, all, body);
    } catch (SSLException e) {
      throw new IOException("no TLS connection: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new PassingException(String.valueOf(e.getMessage()), null, e);
    }
  }

  private InetAddress[] checkedAddresses() throws IOException {
    InetAddress[] addresses;
    try {
      addresses = resolver.resolve(endpoint.host());
    } catch (UnknownHostException e) {
      throw new PassingException("unknown host " + endpoint.host(), null, e);
    }
    for (InetAddress address : addresses) {
      if (!privateAddresses && !Addresses.isPublic(address)) {
        throw new IOException(
            "%s leads to %s, which is no public address; allowPrivateAddresses() allows it"
                .formatted(endpoint.host(), address.getHostAddress()));
      }
    }
    return addresses;
  }

  private static @Nullable Duration after(HttpPost.Answer answer) {
    String seconds = answer.headers().getOrDefault("retry-after", "");
    return seconds.matches("[0-9]{1,6}") ? Duration.ofSeconds(Long.parseLong(seconds)) : null;
  }

  @Override
  public SinkStatus status() {
    return deliveries.status();
  }

  /** {@return the host, for people} */
  @Override
  public String toString() {
    return "alarms to " + endpoint;
  }

  /** Settings of the sink. Not thread safe. */
  public static final class Builder {
    private final Endpoint endpoint;
    private byte @Nullable [] secret;
    private final Map<String, String> headers = new LinkedHashMap<>();
    private @Nullable String source;
    private boolean http;
    private boolean privateAddresses;
    private Duration attempt = Duration.ofSeconds(8);
    private Duration total = Duration.ofSeconds(25);
    private int attempts = 3;
    private Clock clock = Clock.systemUTC();
    private SSLSocketFactory tls = (SSLSocketFactory) SSLSocketFactory.getDefault();
    private Resolver resolver = InetAddress::getAllByName;
    private Pause pause = time -> TimeUnit.NANOSECONDS.sleep(time.toNanos());

    private Builder(Endpoint endpoint) {
      this.endpoint = endpoint;
    }

    /**
     * Signs every request.
     *
     * @param key the secret that the receiver shares, at least 16 bytes; copied
     * @return this builder
     * @throws IllegalArgumentException if it is shorter
     */
    public Builder secret(byte[] key) {
      Objects.requireNonNull(key, "key");
      if (key.length < 16) {
        throw new IllegalArgumentException(
            "key: found " + key.length + " bytes, expected at least 16");
      }
      secret = key.clone();
      return this;
    }

    /**
     * Adds a header, for example {@code Authorization}.
     *
     * @param name its name, letters, digits and hyphens
     * @param value its value, visible ASCII and spaces
     * @return this builder
     * @throws IllegalArgumentException if another character is in them, or the sink sets this
     *     header
     */
    public Builder header(String name, String value) {
      Objects.requireNonNull(value, "value");
      boolean reserved = RESERVED.contains(name.toLowerCase(Locale.ROOT));
      if (!name.matches("[A-Za-z0-9-]+") || reserved) {
        throw new IllegalArgumentException(
            "name: found \""
                + name
                + "\", expected the name of a header that the sink does not set");
      }
      if (!value.matches("[ -~]*")) {
        throw new IllegalArgumentException(
            "value: found a character of another kind, expected visible ASCII and spaces");
      }
      headers.put(name, value);
      return this;
    }

    /**
     * Sets the name that is sent as {@code source}, for example that of the service. It begins the
     * key, so that a receiver can tell the alarms of two monitors apart.
     *
     * @param name visible ASCII without spaces, at most 200 characters
     * @return this builder
     * @throws IllegalArgumentException if it is not
     */
    public Builder source(String name) {
      source = Source.checked(name);
      return this;
    }

    /**
     * Allows an address of http. Anyone on the way can then read alarms.
     *
     * @return this builder
     */
    public Builder allowHttp() {
      http = true;
      return this;
    }

    /**
     * Allows addresses of this machine and of private networks.
     *
     * @return this builder
     */
    public Builder allowPrivateAddresses() {
      privateAddresses = true;
      return this;
    }

    /**
     * Bounds attempts. The default is 3 of at most 8 seconds each. After 25 seconds no further
     * attempt begins, because a monitor interrupts an action after 30; see {@link
     * io.mlops4j.monitor.MonitorBuilder#actionLimit}.
     *
     * @param most the number of attempts, at least 1
     * @param each the longest time of one attempt, more than zero; more than a day counts as a day
     * @return this builder
     * @throws IllegalArgumentException if a value is out of range
     */
    public Builder attempts(int most, Duration each) {
      if (most < 1) {
        throw new IllegalArgumentException("most: found " + most + ", expected at least 1");
      }
      if (Objects.requireNonNull(each, "each").isZero() || each.isNegative()) {
        throw new IllegalArgumentException("each: found " + each + ", expected more than zero");
      }
      attempts = most;
      attempt = each.compareTo(LONGEST) > 0 ? LONGEST : each;
      return this;
    }

    /**
     * Sets the trusted certificates. The default is that of the Java platform.
     *
     * @param context an initialised context
     * @return this builder
     */
    public Builder sslContext(SSLContext context) {
      tls = Objects.requireNonNull(context, "context").getSocketFactory();
      return this;
    }

    Builder clock(Clock replacement) {
      clock = replacement;
      return this;
    }

    Builder resolver(Resolver replacement) {
      resolver = replacement;
      return this;
    }

    Builder pause(Pause replacement) {
      pause = replacement;
      return this;
    }

    /**
     * Builds the sink.
     *
     * @return a sink
     * @throws IllegalArgumentException if the address is http and that is not allowed
     */
    public WebhookSink build() {
      if (!endpoint.secure() && !http) {
        throw new IllegalArgumentException(
            "uri: found http, expected https; allowHttp() sends alarms without encryption");
      }
      return new WebhookSink(this);
    }
  }
}
