package dev.flashq.examples.guide;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.flashq.client.Data;
import dev.flashq.client.Erasure;
import dev.flashq.client.ErasureStatus;
import dev.flashq.client.FlashQ;
import dev.flashq.client.FlashQException;
import dev.flashq.client.Job;
import dev.flashq.client.JobFilter;
import dev.flashq.client.PushOptions;
import dev.flashq.client.Retention;
import dev.flashq.client.TokenSource;
import dev.flashq.client.Worker;
import dev.flashq.client.secure.JobCipher;
import dev.flashq.client.secure.KeyRing;
import dev.flashq.client.secure.RootFolder;
import dev.flashq.client.secure.SchemaCheck;
import dev.flashq.protocol.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the guide promises of each of its samples, on three nodes. */
class GuideTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String KEY =
      "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
  private static final String NEXT_KEY =
      "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f";

  @TempDir static Path folder;
  private static GuideCluster cluster;
  private static FlashQ admin;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    cluster = GuideCluster.start(folder);
    admin = client(GuideCluster.ADMIN);
  }

  @AfterAll
  static void stop() {
    admin.close();
    cluster.close();
  }

  private static FlashQ client(String token) {
    return Tokens.connect(cluster.addresses(), TokenSource.of(token));
  }

  private static void refuses(ThrowingCallable call, ErrorCode code, String sentence) {
    assertThatThrownBy(call)
        .cause()
        .isInstanceOfSatisfying(
            FlashQException.class,
            e -> {
              assertThat(e.code()).isEqualTo(code);
              assertThat(e.sentence()).contains(sentence);
            });
  }

  private static Job ended(long id) {
    return await()
        .atMost(SOON)
        .until(
            () -> admin.job(id).join(),
            job -> job.isPresent() && List.of("completed", "failed").contains(job.get().state()))
        .orElseThrow();
  }

  @Test
  void onlyWhoHasATokenComesIn() {
    try (FlashQ wrong = client("another-token")) {
      refuses(
          () -> wrong.push("jobs:a", Data.NULL).join(), ErrorCode.INVALID_TOKEN, "Invalid token");
    }
    try (FlashQ none = FlashQ.at(cluster.addresses()).connect()) {
      refuses(() -> none.push("jobs:a", Data.NULL).join(), ErrorCode.UNAUTHENTICATED, "required");
    }
    assertThat(admin.push("anything", Data.NULL).join()).isPositive();
  }

  @Test
  void anEmailIsWhatItsSchemaSays() throws Exception {
    Path schema = Path.of("../docs/schemas/email.json");
    cluster.put("/queues/emails/schema", "{\"schema\":" + Files.readString(schema) + "}");
    Data right = Data.json("{\"to\":\"ada@example.com\",\"subject\":\"s\",\"body\":\"b\"}");
    Data wrong = Data.json("{\"to\":\"nobody\",\"subject\":\"s\",\"body\":\"b\"}");
    String sentence = "Invalid job data for queue emails: /to must be an email";
    var emails = new Schemas(admin, SchemaCheck.of(schema));
    assertThat(emails.send(right).join()).isPositive();
    assertThatThrownBy(() -> emails.send(wrong)).hasMessageContaining(sentence);
    refuses(() -> admin.push("emails", wrong).join(), ErrorCode.VALIDATION_ERROR, sentence);
  }

  @Test
  void theChecklistSaysWhatIsDoneHere() {
    assertThat(cluster.page("/security/checklist"))
        .contains(
            "{\"item\":\"Authentication tokens\",\"state\":\"on\"",
            "{\"item\":\"Audit logging\",\"state\":\"on\"",
            "{\"item\":\"Secrets manager\",\"state\":\"on\"")
        .containsPattern("\"item\":\"Data retention\",\"state\":\"(on|partly)\"");
  }

  @Test
  void eachTokenMayDoWhatItsEntrySays() {
    try (FlashQ worker = client(GuideCluster.WORKER);
        FlashQ producer = client(GuideCluster.PRODUCER)) {
      long id = producer.push("jobs:high", Data.of(1)).join();
      assertThat(producer.job(id).join()).map(Job::state).contains("waiting");
      refuses(
          () -> producer.push("tasks:a", Data.NULL).join(),
          ErrorCode.FORBIDDEN,
          "Unauthorized: token may not push to queue tasks:a");
      refuses(
          () -> producer.pull("jobs:high", 1, Duration.ZERO).join(), ErrorCode.FORBIDDEN, "pull");
      refuses(() -> worker.push("jobs:high", Data.NULL).join(), ErrorCode.FORBIDDEN, "push");
      refuses(
          () -> worker.pull("mail", 1, Duration.ZERO).join(), ErrorCode.FORBIDDEN, "queue mail");

      Job job = worker.pull("jobs:high", 1, Duration.ofSeconds(5)).join().getFirst();
      worker.ack(job).join();
      assertThat(ended(id).state()).isEqualTo("completed");
    }
  }

  /** The guide's three steps, with the secret mounted as Kubernetes does, and no restart. */
  @Test
  void aTokenIsRotatedWithoutAPushThatFails() throws IOException, InterruptedException {
    Path secret = folder.resolve("secrets");
    mount(secret, "the-old-token-of-a-program");
    cluster.listTokens("the-old-token-of-a-program");
    var stopped = new AtomicBoolean();
    var pushes = new AtomicInteger();
    var failure = new AtomicReference<Throwable>();
    awaitTokens(4);
    try (FlashQ program =
        Tokens.connect(cluster.addresses(), Secrets.mounted(secret.resolve("flashq-token")))) {
      Thread pusher =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      while (!stopped.get()) {
                        program.push("rotation", Data.of(1)).join();
                        pushes.incrementAndGet();
                      }
                    } catch (RuntimeException e) {
                      failure.set(e);
                    }
                  });
      awaitMore(pushes, failure);
      cluster.listTokens("the-old-token-of-a-program", "the-new-token-of-a-program");
      awaitTokens(5);
      mount(secret, "the-new-token-of-a-program");
      // The client looks at the file every second, and at its token as often.
      await().during(Duration.ofSeconds(4)).atMost(SOON).until(() -> failure.get() == null);
      cluster.listTokens("the-new-token-of-a-program");
      awaitTokens(4);
      awaitMore(pushes, failure);
      stopped.set(true);
      pusher.join();
    }
    assertThat(failure.get()).isNull();
    assertThat(admin.counts("rotation").join().waiting()).isEqualTo(pushes.get());
  }

  /** A link to a folder that is exchanged as a whole. */
  private static void mount(Path secret, String token) throws IOException {
    Path version = Files.createDirectories(secret.resolve("..v" + System.nanoTime()));
    Files.writeString(version.resolve("flashq-token"), token + "\n");
    Path next = secret.resolve("..next");
    Files.createSymbolicLink(next, version.getFileName());
    Files.move(next, secret.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
    if (Files.notExists(secret.resolve("flashq-token"))) {
      Files.createSymbolicLink(secret.resolve("flashq-token"), Path.of("..data/flashq-token"));
    }
  }

  private static void awaitTokens(int good) {
    await()
        .atMost(SOON)
        .until(
            () ->
                cluster.page("/security/tokens").split("\"state\":\"active\"", -1).length
                    == good + 1);
  }

  private static void awaitMore(AtomicInteger pushes, AtomicReference<Throwable> failure) {
    int before = pushes.get();
    await().atMost(SOON).until(() -> failure.get() != null || pushes.get() >= before + 50);
  }

  @Test
  void aTokenComesOutOfVaultOrOutOfAws() throws IOException {
    Path secretId = Files.writeString(folder.resolve("secret-id"), "the-secret-id\n");
    try (var secrets = new SecretServer(GuideCluster.ADMIN)) {
      TokenSource vault = Secrets.vault(secrets.address(), "the-role-id", secretId);
      try (FlashQ client = Tokens.connect(cluster.addresses(), vault)) {
        assertThat(client.push("by-vault", Data.NULL).join()).isPositive();
      }
      System.setProperty("aws.accessKeyId", "AKIDEXAMPLE");
      System.setProperty("aws.secretAccessKey", "an-example");
      TokenSource aws = Secrets.aws(secrets.address());
      try (FlashQ client = Tokens.connect(cluster.addresses(), aws)) {
        assertThat(client.push("by-aws", Data.NULL).join()).isPositive();
      } finally {
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
      }
      assertThat(secrets.asked())
          .containsExactly(
              "/v1/auth/approle/login {\"role_id\":\"the-role-id\",\"secret_id\":\"the-secret-id\"}",
              "/v1/secret/data/flashq ",
              "/ {\"SecretId\":\"flashq/production/token\"}");
    }
  }

  @Test
  void talksTlsToNodesOfItsAuthorityAlone() throws IOException {
    TokenSource token = TokenSource.of(GuideCluster.ADMIN);
    try (FlashQ client = Tokens.connectByTls(cluster.addresses(), token, cluster.authority())) {
      assertThat(client.push("by-tls", Data.NULL).join()).isPositive();
    }
    try (FlashQ client =
        FlashQ.at(cluster.addresses())
            .token(token)
            .tls(cluster.anotherAuthority())
            .timeout(Duration.ofSeconds(2))
            .connect()) {
      refuses(
          () -> client.push("by-tls", Data.NULL).join(),
          ErrorCode.SERVICE_UNAVAILABLE,
          "no node was reached");
    }
  }

  @Test
  void nobodyWithoutTheKeyReadsAnEncryptedJob() throws IOException {
    var jobs = new EncryptedJobs(admin, KEY);
    var seen = new CopyOnWriteArrayList<String>();
    long plain = admin.push("plain", Data.of("a-text-in-the-clear")).join();
    long id = jobs.push(Data.json("{\"ssn\":\"a-secret-number\"}")).join();
    try (Worker _ =
        jobs.worker(
            data -> {
              seen.add(data.json());
              return Data.of("a-secret-result");
            })) {
      Job job = ended(id);
      assertThat(job.state()).isEqualTo("completed");
      assertThat(job.data().json()).startsWith("{\"encrypted\":{\"iv\":");
      assertThat(new JobCipher(KeyRing.of(KEY)).open(job.result()).json())
          .isEqualTo("\"a-secret-result\"");
    }
    assertThat(seen).containsExactly("{\"ssn\":\"a-secret-number\"}");
    assertThat(plain).isPositive();
    assertThat(filesWith("a-text-in-the-clear")).isNotEmpty();
    assertThat(filesWith("a-secret-number")).isEmpty();
    assertThat(filesWith("a-secret-result")).isEmpty();
  }

  private static List<Path> filesWith(String text) throws IOException {
    var found = new ArrayList<Path>();
    try (Stream<Path> files = Files.walk(cluster.data())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        try {
          if (Files.readString(file, ISO_8859_1).contains(text)) {
            found.add(file);
          }
        } catch (NoSuchFileException e) {
          // Files of a running node come and go.
        }
      }
    }
    return found;
  }

  @Test
  void aKeyIsReplacedWhileJobsOfTheOldOneAreWaiting() {
    KeyRing old = KeyRing.of("2026-10", KEY);
    KeyRing both = old.with("2026-11", NEXT_KEY);
    long before = new EncryptedJobs(admin, old).push(Data.of("old")).join();
    long after = new EncryptedJobs(admin, both).push(Data.of("new")).join();
    try (Worker _ = new EncryptedJobs(admin, both).worker(data -> data)) {
      var cipher = new JobCipher(both.without("2026-10"));
      assertThat(cipher.open(ended(before).result())).hasToString("\"old\"");
      assertThat(cipher.open(ended(after).result())).hasToString("\"new\"");
    }
  }

  @Test
  void aForgedJobFailsAndTheNextIsDone() {
    var jobs = new EncryptedJobs(admin, KEY);
    long forged =
        admin
            .push(
                "secure-jobs",
                new JobCipher(KeyRing.of(NEXT_KEY)).seal(Data.of("not from us")),
                PushOptions.DEFAULTS.withRetries(1, Duration.ZERO))
            .join();
    long good = jobs.push(Data.of(1)).join();
    try (Worker _ = jobs.worker(data -> data)) {
      assertThat(ended(good).state()).isEqualTo("completed");
      Job job = ended(forged);
      assertThat(job.state()).isEqualTo("failed");
      assertThat(job.error()).startsWith("DecryptionException: no key of the ring opens the data");
    }
  }

  @Test
  void sealsTheFieldsThatAreSecretAndNoOthers() {
    var jobs = new EncryptedFields(admin, "users", KEY);
    var seen = new CopyOnWriteArrayList<Data>();
    long id =
        jobs.push(Data.json("{\"name\":\"Ada\",\"ssn\":\"123-45-6789\",\"apiKey\":{\"k\":1}}"))
            .join();
    try (Worker _ = jobs.worker(seen::add)) {
      Job job = ended(id);
      assertThat(job.data().fields().keySet())
          .containsExactly("name", "_encrypted_ssn", "_encrypted_apiKey");
      assertThat(job.data().json()).contains("Ada").doesNotContain("6789");
    }
    assertThat(seen)
        .singleElement()
        .hasToString("{\"name\":\"Ada\",\"ssn\":\"123-45-6789\",\"apiKey\":{\"k\":1}}");
  }

  @Test
  void cleansWhatUsersTypedAndRefusesWhatCannotBeCleaned() throws IOException {
    Path uploads = Files.createDirectories(folder.resolve("uploads"));
    var input = new CleanInput(admin, new RootFolder(uploads));

    long id =
        input
            .push(" <Ada's> ", "<b>hi</b><script>x()</script>", "2026/photo.png", "comments")
            .join();

    assertThat(admin.job(id).join().orElseThrow().data().value())
        .isEqualTo(
            Map.of(
                "title", "Adas",
                "body", "<b>hi</b>",
                "file", uploads.toRealPath().resolve("2026/photo.png").toString(),
                "table", "comments"));
    assertThatThrownBy(() -> input.push("t", "b", "....//....//etc/passwd", "comments"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> input.push("t", "b", "f", "comments; drop table users"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(admin.counts("comments").join().waiting()).isEqualTo(1);
  }

  @Test
  void noMoreThanAHundredCallsOfAnApiAreHandedOutInAMinute() {
    new RateLimits(admin).set();
    List<CompletableFuture<Long>> pushes = new ArrayList<>();
    for (int i = 0; i < 130; i++) {
      pushes.add(admin.push("api-calls", Data.of(i)));
    }
    pushes.forEach(CompletableFuture::join);

    int delivered = 0;
    for (int more = 1; more > 0; delivered += more) {
      more = admin.pull("api-calls", 60, Duration.ofMillis(500)).join().size();
    }

    assertThat(delivered).isEqualTo(100);
    assertThat(admin.counts("api-calls").join().waiting()).isEqualTo(30);
    try (FlashQ producer = client(GuideCluster.PRODUCER)) {
      refuses(
          () -> producer.limitRate("jobs:a", 1, Duration.ofSeconds(1)).join(),
          ErrorCode.FORBIDDEN,
          "Unauthorized");
    }
  }

  @Test
  void aProgramHoldsItselfToAHundredPushesAMinute() {
    var limited = new RateLimits(admin);
    for (int i = 0; i < 100; i++) {
      limited.push("limited-emails", Data.of(i)).join();
    }

    assertThatThrownBy(() -> limited.push("limited-emails", Data.of(100)))
        .isInstanceOfSatisfying(
            FlashQException.class,
            e ->
                assertThat(e.sentence())
                    .isEqualTo("Rate limit exceeded for queue: limited-emails"));
    assertThat(limited.push("limited-others", Data.of(0)).join()).isPositive();
    assertThat(admin.counts("limited-emails").join().waiting()).isEqualTo(100);
  }

  @Test
  void everyPushLeavesARecordOfItsUserAndOneOfTheCluster() {
    var lines = new CopyOnWriteArrayList<String>();
    try (FlashQ producer = client(GuideCluster.PRODUCER)) {
      var audited = Audited.forUser(producer, "user-42", "203.0.113.7", lines::add);

      long id = audited.push("jobs:audited", Data.of("payload-of-the-job")).join();
      assertThatThrownBy(() -> audited.push("tasks:audited", Data.of("payload-of-the-job")).join())
          .hasMessageContaining("FORBIDDEN");

      assertThat(lines).hasSize(2);
      assertThat(lines.get(0))
          .contains(
              "\"action\":\"push\",\"queue\":\"jobs:audited\",\"jobId\":\"" + id + "\"",
              "\"userId\":\"user-42\",\"ip\":\"203.0.113.7\",\"success\":true}");
      assertThat(lines.get(1))
          .contains("\"queue\":\"tasks:audited\"", "\"success\":false", "\"code\":\"FORBIDDEN\"");
      String trail = cluster.page("/security/audit?user=producer&limit=1000");
      assertThat(trail)
          .contains("\"queue\":\"jobs:audited\",\"jobId\":\"" + id + "\",\"userId\":\"producer\"")
          .contains("\"queue\":\"tasks:audited\"");
      assertThat(lines + trail).doesNotContain("payload-of-the-job");
      refuses(
          () -> admin.push("audit:logs", Data.of("made up")).join(), ErrorCode.FORBIDDEN, "audit");
    }
  }

  @Test
  void everyOrderIsPaidThoughTheLeaderIsKilled() {
    var payments = new Payments(admin);
    var charged = new ConcurrentHashMap<String, AtomicInteger>();
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      ids.add(payments.push("tok_" + i, "order-" + i, 100 + i).join());
    }
    assertThat(payments.push("tok_0", "order-0", 100).join()).isEqualTo(ids.getFirst());
    var failedOnce = new AtomicBoolean();
    try (Worker _ =
        payments.worker(
            (token, order, amount) -> {
              if (order.equals("order-7") && failedOnce.compareAndSet(false, true)) {
                throw new IOException("the provider is busy");
              }
              charged.computeIfAbsent(order, _ -> new AtomicInteger()).incrementAndGet();
              return "tx-" + token;
            })) {
      cluster.killTheLeader();
      for (int i = 0; i < ids.size(); i++) {
        Job job = ended(ids.get(i));
        assertThat(job.state()).isEqualTo("completed");
        assertThat(job.result().value())
            .isEqualTo(Map.of("success", true, "transactionId", "tx-tok_" + i));
        assertThat(job.data().fields().keySet())
            .containsExactly("paymentTokenId", "orderId", "amount");
      }
    }
    cluster.awaitReady();
    assertThat(charged).hasSize(40);
  }

  @Test
  void whatIsNoPaymentFails() {
    long id =
        admin
            .push(
                "payments",
                Data.json("{\"cardNumber\":\"4111111111111111\"}"),
                PushOptions.DEFAULTS.withRetries(1, Duration.ZERO))
            .join();
    try (Worker _ = new Payments(admin).worker((_, _, _) -> "tx")) {
      Job job = ended(id);
      assertThat(job.state()).isEqualTo("failed");
      assertThat(Optional.ofNullable(job.error()))
          .contains("IllegalArgumentException: this is no payment");
    }
  }

  private static long pushed(String queue, Data data, PushOptions options) {
    return admin.push(queue, data, options).join();
  }

  /** A completed job, whose result says as much as its data. */
  private static long completed(String queue, Data data) {
    pushed(queue, data, PushOptions.DEFAULTS);
    Job job = admin.pull(queue, 1, Duration.ofSeconds(5)).join().getFirst();
    admin.ack(job, data).join();
    return job.id();
  }

  private static Data about(String user) {
    return Data.json(
        "{\"userId\":\"%s\",\"email\":\"%s@example.com\",\"name\":\"N\",\"personalData\":{\"a\":1},\"n\":7}"
            .formatted(user, user));
  }

  private static String redacted(String user) {
    return "{\"userId\":\"%s\",\"email\":\"[REDACTED]\",\"name\":\"[REDACTED]\",\"personalData\":null,\"n\":7}"
        .formatted(user);
  }

  private static Job job(long id) {
    return admin.job(id).join().orElseThrow();
  }

  @Test
  void theCompletedJobsOfAUserAreRedactedInAllQueues() {
    long order = completed("gdpr-orders", about("user-1"));
    long mail = completed("gdpr-mail", about("user-1"));
    long other = completed("gdpr-mail", about("user-2"));
    long notYet = pushed("gdpr-mail", about("user-1"), PushOptions.DEFAULTS);

    assertThat(new PersonalData(admin).redactCompleted("user-1")).isEqualTo(2);

    assertThat(job(order).data()).hasToString(redacted("user-1"));
    assertThat(job(mail).data()).hasToString(redacted("user-1"));
    assertThat(job(mail).state()).isEqualTo("completed");
    assertThat(job(mail).result()).isEqualTo(about("user-1"));
    assertThat(job(other).data()).isEqualTo(about("user-2"));
    assertThat(job(notYet).data()).isEqualTo(about("user-1"));
    assertThat(cluster.page("/security/audit?action=update&queue=gdpr-orders"))
        .contains("\"jobId\":\"" + order + "\"")
        .doesNotContain("REDACTED");
  }

  @Test
  void anErasureLeavesNothingOfAUserInAnyStateAndSaysSo() {
    long done = completed("gdpr-done", about("user-3"));
    long waiting = pushed("gdpr-waiting", about("user-3"), PushOptions.DEFAULTS);
    long later =
        pushed("gdpr-later", about("user-3"), PushOptions.DEFAULTS.withDelay(Duration.ofHours(1)));
    long dead =
        pushed(
            "gdpr-dead",
            about("user-3"),
            PushOptions.DEFAULTS.withRetries(1, Duration.ofMillis(1)));
    admin.fail(admin.pull("gdpr-dead", 1, Duration.ofSeconds(5)).join().getFirst(), "no").join();
    long other = pushed("gdpr-waiting", about("user-4"), PushOptions.DEFAULTS);

    ErasureStatus proof = new PersonalData(admin).erase("user-3").join();

    assertThat(proof.state()).isEqualTo("done");
    assertThat(List.of(proof.matched(), proof.changed(), proof.missed(), proof.unreadable()))
        .containsExactly(4L, 4L, 0L, 0L);
    assertThat(proof.user()).isEqualTo("admin");
    for (long id : List.of(done, waiting, later, dead)) {
      assertThat(job(id).data()).hasToString(redacted("user-3"));
    }
    assertThat(job(done).result()).hasToString(redacted("user-3"));
    assertThat(List.of(job(waiting).state(), job(later).state(), job(dead).state()))
        .containsExactly("waiting", "delayed", "failed");
    assertThat(job(other).data()).isEqualTo(about("user-4"));
    assertThat(cluster.page("/security/audit?action=erased"))
        .contains("\"count\":4,\"name\":\"" + proof.id() + "\"")
        .doesNotContain("user-3");
    assertThat(new PersonalData(admin).erase("user-3").join().changed()).isZero();
    try (FlashQ producer = client(GuideCluster.PRODUCER)) {
      refuses(
          () -> producer.privacy().erase(Erasure.where("userId", Data.of("u")).delete("x")).join(),
          ErrorCode.FORBIDDEN,
          "Unauthorized");
    }
  }

  @Test
  void aUserIsForgottenWithAKeyAndNobodyElse() {
    var queues = new EncryptedQueues(admin);
    await()
        .atMost(SOON)
        .ignoreExceptions()
        .until(() -> queues.encrypt("jobs:sealed-*").thenApply(_ -> true).join());
    try (FlashQ producer = client(GuideCluster.PRODUCER)) {
      var pushes = new EncryptedQueues(producer);
      long gone = pushes.push("jobs:sealed-orders", about("user-5"), "user-5").join();
      long other = pushes.push("jobs:sealed-orders", about("user-6"), "user-6").join();
      assertThat(job(gone).data()).isEqualTo(about("user-5"));
      refuses(() -> pushes.forget("user-5").join(), ErrorCode.FORBIDDEN, "Unauthorized");

      assertThat(queues.forget("user-5").join()).isTrue();

      assertThat(job(gone).data()).isEqualTo(Data.NULL);
      assertThat(job(gone).unreadable()).isTrue();
      assertThat(job(other).data()).isEqualTo(about("user-6"));
      assertThat(queues.forget("user-5").join()).isFalse();
      assertThat(cluster.page("/security/audit?action=destroySubject"))
          .contains("\"userId\":\"producer\"", "\"userId\":\"admin\",")
          .doesNotContain("user-5");
    }
  }

  @Test
  void whatCompletedLongAgoGoesAndNothingElse() {
    for (int i = 0; i < 3; i++) {
      completed("kept-jobs", Data.of(i));
    }
    var kept = new KeptJobs(admin);
    assertThat(kept.clean().join()).isZero();
    kept.keepToThirtyDays("kept-*").join();
    assertThat(admin.counts("kept-jobs").join().completed()).isEqualTo(3);
    Retention policy =
        Retention.of("kept-*")
            .withCompletedAge(Duration.ofDays(30))
            .withDeadAge(Duration.ofDays(90));
    assertThat(admin.privacy().retentions().join()).contains(policy);

    admin.privacy().setRetention(policy.withCompletedCount(2)).join();
    await().atMost(SOON).until(() -> admin.counts("kept-jobs").join().completed() == 2);
    assertThat(admin.jobs(JobFilter.of("kept-jobs")).map(job -> job.data().json()))
        .containsExactlyInAnyOrder("1", "2");

    admin.privacy().deleteRetention("kept-*").join();
    assertThat(admin.privacy().retentions().join()).doesNotContain(policy);
    assertThat(admin.clean("kept-*", Duration.ZERO, "completed").join()).isEqualTo(2);
  }
}
