package io.mlops4j.monitor.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.mlops4j.error.DataException;
import io.mlops4j.monitor.MadeAlarms;
import io.mlops4j.monitor.alarm.Alarm;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Against servers of the JDK on the loopback address. */
class WebhookSinkTest {
  private static final byte[] SECRET = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  private static final Alarm ALARM = MadeAlarms.drift(1, "distance");

  /** A request as the server saw it. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Request(String line, Headers headers, byte[] body) {}

  private record Reply(int status, @Nullable String header, @Nullable String value) {}

  private final List<Request> requests = Collections.synchronizedList(new ArrayList<>());
  private final Queue<Reply> replies = new ConcurrentLinkedQueue<>();
  private final List<Duration> pauses = new ArrayList<>();
  private final AtomicInteger resolved = new AtomicInteger();
  private @Nullable HttpServer server;

  @AfterEach
  void stop() {
    if (server != null) {
      server.stop(0);
    }
  }

  private URI serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 0);
    server.createContext("/", this::handle);
    server.start();
    return URI.create("http://alarms.example:" + server.getAddress().getPort() + "/hook?token=s3");
  }

  private URI serveTls() throws Exception {
    HttpsServer tls = HttpsServer.create(new InetSocketAddress(LOOPBACK, 0), 0);
    tls.setHttpsConfigurator(new HttpsConfigurator(context()));
    tls.createContext("/", this::handle);
    tls.start();
    server = tls;
    return URI.create("https://alarms.example:" + tls.getAddress().getPort() + "/hook");
  }

  /** Has a key and trusts only its certificate. */
  private static SSLContext context() throws Exception {
    char[] password = "changeit".toCharArray();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in =
        WebhookSinkTest.class.getResourceAsStream("/io/mlops4j/monitor/sink/webhook.p12")) {
      keys.load(in, password);
    }
    KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
    own.init(keys, password);
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("webhook", keys.getCertificate("webhook"));
    TrustManagerFactory others = TrustManagerFactory.getInstance("PKIX");
    others.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), others.getTrustManagers(), null);
    return context;
  }

  private void handle(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    requests.add(
        new Request(
            exchange.getRequestMethod() + " " + exchange.getRequestURI(),
            exchange.getRequestHeaders(),
            body));
    Reply reply = replies.isEmpty() ? new Reply(204, null, null) : replies.remove();
    if (reply.header() != null) {
      exchange.getResponseHeaders().set(reply.header(), reply.value());
    }
    exchange.sendResponseHeaders(reply.status(), -1);
    exchange.close();
  }

  private void reply(int... statuses) {
    for (int status : statuses) {
      replies.add(new Reply(status, null, null));
    }
  }

  private InetAddress[] resolve(String host) throws UnknownHostException {
    resolved.incrementAndGet();
    return host.equals("alarms.example")
        ? new InetAddress[] {LOOPBACK}
        : InetAddress.getAllByName(host);
  }

  private WebhookSink.Builder to(URI uri) {
    return WebhookSink.builder(uri)
        .resolver(this::resolve)
        .pause(pauses::add)
        .clock(Clock.fixed(NOW, ZoneOffset.UTC))
        .allowHttp();
  }

  private WebhookSink allowed(URI uri) {
    return to(uri).allowPrivateAddresses().build();
  }

  private static void assertFails(WebhookSink sink, String why) {
    assertThatThrownBy(() -> sink.accept(ALARM))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("cannot send alarm-1 to http")
        .hasMessageContaining(why)
        .hasMessageNotContaining("token");
    assertThat(sink.status().failed()).isEqualTo(1);
    assertThat(sink.status().failing()).isTrue();
    assertThat(sink.status().lastFailure().orElseThrow()).contains(why);
  }

  @Test
  void anAlarmIsPostedWithKeyAndSignature() throws Exception {
    URI uri = serve();
    WebhookSink sink =
        to(uri)
            .allowPrivateAddresses()
            .secret(SECRET)
            .source("delay-service")
            .header("Authorization", "Bearer abc")
            .build();
    sink.accept(ALARM);
    Request request = requests.get(0);
    assertThat(request.line()).isEqualTo("POST /hook?token=s3");
    assertThat(request.headers().getFirst("Host")).isEqualTo("alarms.example:" + uri.getPort());
    assertThat(request.headers().getFirst("Content-Type"))
        .isEqualTo("application/json; charset=utf-8");
    assertThat(request.headers().getFirst("Authorization")).isEqualTo("Bearer abc");
    assertThat(request.headers().getFirst("Idempotency-Key"))
        .isEqualTo("delay-service/alarm-1@2001-03-02T07:00:00Z");
    assertThat(new String(request.body(), StandardCharsets.UTF_8))
        .isEqualTo(AlarmJson.line(ALARM, "delay-service"));
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(SECRET, "HmacSHA256"));
    mac.update("1700000000.".getBytes(StandardCharsets.US_ASCII));
    assertThat(request.headers().getFirst("Mlops4j-Signature"))
        .isEqualTo("t=1700000000,v1=" + HexFormat.of().formatHex(mac.doFinal(request.body())));
    assertThat(sink.status().delivered()).isEqualTo(1);
    assertThat(sink.status().retries()).isZero();
  }

  /** RFC 4231 has no key of 16 bytes; the value is of openssl dgst -sha256 -hmac. */
  @Test
  void theSignatureIsThatOfOpenssl() {
    assertThat(Signature.of(SECRET, NOW, "{\"a\":1}".getBytes(StandardCharsets.US_ASCII)))
        .isEqualTo(
            "t=1700000000,v1=9eb18f493f8ec135d9eb2dad817c369bb4e9cbfa818657897a7437c1cd8c3a23");
  }

  @Test
  void tlsVerifiesTheNameOfTheAddressThatWasChecked() throws Exception {
    URI uri = serveTls();
    WebhookSink sink =
        WebhookSink.builder(uri)
            .resolver(this::resolve)
            .sslContext(context())
            .allowPrivateAddresses()
            .build();
    sink.accept(ALARM);
    assertThat(requests).hasSize(1);
    assertThat(resolved).hasValue(1);
  }

  @Test
  void aCertificateOfAnotherNameIsRefused() throws Exception {
    URI uri = URI.create(serveTls().toString().replace("alarms.example", "other.example"));
    WebhookSink sink =
        WebhookSink.builder(uri)
            .resolver(host -> new InetAddress[] {LOOPBACK})
            .sslContext(context())
            .allowPrivateAddresses()
            .pause(pauses::add)
            .build();
    assertFails(sink, "no TLS connection");
    assertThat(requests).isEmpty();
    assertThat(pauses).as("a wrong certificate does not pass").isEmpty();
  }

  @Test
  void aCertificateThatNobodyTrustsIsRefused() throws Exception {
    WebhookSink sink =
        WebhookSink.builder(serveTls()).resolver(this::resolve).allowPrivateAddresses().build();
    assertFails(sink, "no TLS connection");
    assertThat(requests).isEmpty();
  }

  @Test
  void privateAddressesGetNothing() throws Exception {
    assertFails(
        to(serve()).build(),
        "alarms.example leads to 127.0.0.1, which is no public address; allowPrivateAddresses()");
    assertThat(requests).isEmpty();
    assertThat(pauses).isEmpty();
  }

  @Test
  void oneSpecialAddressOfANameIsEnough() throws Exception {
    InetAddress somewhere = InetAddress.getByName("1.1.1.1");
    WebhookSink sink =
        to(serve()).resolver(host -> new InetAddress[] {somewhere, LOOPBACK}).build();
    assertFails(sink, "leads to 127.0.0.1");
    assertThat(requests).isEmpty();
  }

  @Test
  void literalAddressesAreCheckedToo() {
    for (String host : List.of("127.0.0.1", "[::1]", "[::ffff:10.0.0.1]", "2130706433")) {
      assertFails(to(URI.create("http://" + host + "/")).build(), "is no public address");
    }
  }

  /** A name that turns to a private address after the check would be looked up a second time. */
  @Test
  void aNameIsLookedUpOnceForEachAttempt() throws Exception {
    reply(503, 503);
    allowed(serve()).accept(ALARM);
    assertThat(requests).hasSize(3);
    assertThat(resolved).hasValue(3);
  }

  @Test
  void aRedirectIsNotFollowed() throws Exception {
    URI uri = serve();
    replies.add(new Reply(302, "Location", "http://127.0.0.1:" + uri.getPort() + "/private"));
    assertFails(allowed(uri), "answer 302, a redirect; set the address it leads to");
    assertThat(requests).hasSize(1);
    assertThat(pauses).isEmpty();
  }

  @Test
  void failuresThatPassAreTriedAgainWithTheSameKey() throws Exception {
    reply(503, 429);
    WebhookSink sink = allowed(serve());
    sink.accept(ALARM);
    assertThat(requests).extracting(r -> r.headers().getFirst("Idempotency-Key")).hasSize(3);
    assertThat(requests)
        .extracting(r -> r.headers().getFirst("Idempotency-Key"))
        .containsOnly("alarm-1@2001-03-02T07:00:00Z");
    assertThat(pauses).containsExactly(Duration.ofMillis(500), Duration.ofSeconds(1));
    assertThat(sink.status()).isEqualTo(new SinkStatus(1, 0, 2, false, Optional.empty()));
  }

  @Test
  void attemptsAreBounded() throws Exception {
    reply(500, 500, 500, 500);
    assertFails(allowed(serve()), "answer 500; attempts: 3");
    assertThat(requests).hasSize(3);
  }

  @Test
  void verdictsAreFinal() throws Exception {
    URI uri = serve();
    for (int status : new int[] {400, 401, 404, 410, 413, 422, 501}) {
      requests.clear();
      reply(status);
      assertFails(allowed(uri), "answer " + status);
      assertThat(requests).as("answer " + status).hasSize(1);
    }
    assertThat(pauses).isEmpty();
  }

  @Test
  void theServersPauseIsKept() throws Exception {
    replies.add(new Reply(429, "Retry-After", "7"));
    allowed(serve()).accept(ALARM);
    assertThat(pauses).containsExactly(Duration.ofSeconds(7));
  }

  @Test
  void aPauseThatIsTooLongIsAFailure() throws Exception {
    replies.add(new Reply(503, "Retry-After", "3600"));
    assertFails(allowed(serve()), "answer 503; attempts: 1");
    assertThat(pauses).isEmpty();
  }

  @Test
  void aServerThatIsNotThereIsTriedAgain() throws IOException {
    try (Socket silent = new Socket()) { // has the port, but does not listen
      silent.bind(new InetSocketAddress(LOOPBACK, 0));
      URI uri = URI.create("http://alarms.example:" + silent.getLocalPort() + "/");
      assertFails(allowed(uri), "attempts: 3");
    }
    assertThat(pauses).hasSize(2);
  }

  @Test
  void aServerThatNeverAnswersIsLeft() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 10, LOOPBACK)) {
      URI uri = URI.create("http://alarms.example:" + silent.getLocalPort() + "/");
      WebhookSink sink =
          to(uri).allowPrivateAddresses().attempts(2, Duration.ofMillis(100)).build();
      assertFails(sink, "no answer within 100 ms; attempts: 2");
    }
  }

  @Test
  void anAttemptMayTakeForEver() throws Exception {
    to(serve())
        .allowPrivateAddresses()
        .attempts(1, ChronoUnit.FOREVER.getDuration())
        .build()
        .accept(ALARM);
    assertThat(requests).hasSize(1);
  }

  /** Each byte comes in time, but the answer does not. */
  @Test
  void aServerThatAnswersForeverIsLeft() throws Exception {
    try (ServerSocket slow = new ServerSocket(0, 10, LOOPBACK)) {
      Thread drip =
          new Thread(
              () -> {
                try (Socket socket = slow.accept()) {
                  socket
                      .getOutputStream()
                      .write("HTTP/1.1 200 OK\r\n".getBytes(StandardCharsets.US_ASCII));
                  socket.getInputStream().read(new byte[100_000]);
                  while (true) {
                    socket.getOutputStream().write("X: y\r\n".getBytes(StandardCharsets.US_ASCII));
                    socket.getOutputStream().flush();
                    Thread.onSpinWait();
                  }
                } catch (IOException e) {
                  // the sink has left
                }
              });
      drip.start();
      URI uri = URI.create("http://alarms.example:" + slow.getLocalPort() + "/");
      WebhookSink sink =
          to(uri).allowPrivateAddresses().attempts(1, Duration.ofSeconds(30)).build();
      assertFails(sink, "found more than 16384 bytes of headers");
      drip.join();
    }
  }

  @Test
  void anAnswerThatIsNotHttpIsAFailure() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 10, LOOPBACK)) {
      Thread greeter =
          new Thread(
              () -> {
                try (Socket socket = other.accept()) {
                  socket
                      .getOutputStream()
                      .write("SSH-2.0-OpenSSH\r\n".getBytes(StandardCharsets.US_ASCII));
                  socket.getInputStream().read(new byte[100_000]);
                } catch (IOException e) {
                  // the sink has left
                }
              });
      greeter.start();
      URI uri = URI.create("http://alarms.example:" + other.getLocalPort() + "/");
      WebhookSink sink =
          to(uri).allowPrivateAddresses().attempts(1, Duration.ofSeconds(30)).build();
      assertFails(sink, "found an answer that is not HTTP/1.1");
      greeter.join();
    }
  }

  @Test
  void aNameThatDoesNotExistIsTriedAgain() throws Exception {
    WebhookSink sink =
        to(serve())
            .resolver(
                host -> {
                  throw new UnknownHostException(host);
                })
            .build();
    assertFails(sink, "unknown host alarms.example; attempts: 3");
  }

  @Test
  void bodiesAreBounded() throws Exception {
    allowed(serve()).accept(MadeAlarms.huge());
    assertThat(requests.get(0).body()).hasSizeBetween(10_000, AlarmJson.MOST_BYTES);
  }

  @Test
  void anInterruptEndsTheAttempts() throws Exception {
    reply(503);
    WebhookSink sink =
        to(serve())
            .allowPrivateAddresses()
            .pause(
                time -> {
                  throw new InterruptedException();
                })
            .build();
    assertFails(sink, "interrupted before another attempt");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void addressesThatAreNoWebAddressesAreRefused() {
    for (String uri :
        List.of(
            "ftp://alarms.example/",
            "alarms.example",
            "https:///hook",
            "https://u:p@a.example/",
            "https://alarms.example:99999/")) {
      assertThatThrownBy(() -> WebhookSink.builder(URI.create(uri)))
          .as(uri)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("uri: found");
    }
    assertThatThrownBy(() -> WebhookSink.builder(URI.create("http://alarms.example/")).build())
        .hasMessageStartingWith("uri: found http, expected https");
  }

  @Test
  void headersCannotBeInjected() {
    WebhookSink.Builder builder = WebhookSink.builder(URI.create("https://alarms.example/"));
    assertThatThrownBy(() -> builder.header("A", "b\r\nC: d"))
        .hasMessageStartingWith("value: found");
    assertThatThrownBy(() -> builder.header("A: b\r\nC", "d"))
        .hasMessageStartingWith("name: found");
    for (String own : List.of("Host", "idempotency-key", "Mlops4j-signature", "CONTENT-TYPE")) {
      assertThatThrownBy(() -> builder.header(own, "other")).hasMessageStartingWith("name: found");
    }
    assertThatThrownBy(() -> builder.source("a\r\nb")).hasMessageStartingWith("name: found");
    assertThatThrownBy(() -> builder.secret(new byte[15])).hasMessageStartingWith("key: found 15");
  }

  @Test
  void theAddressInMessagesHasNoSecret() {
    assertThat(allowed(URI.create("https://alarms.example./T0/s3cret?k=v")))
        .hasToString("alarms to https://alarms.example");
    assertThat(allowed(URI.create("https://[2606:4700::1]:8443/a")))
        .hasToString("alarms to https://[2606:4700::1]:8443");
  }
}
