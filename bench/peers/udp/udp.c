/*
 * The floor of the machine: datagrams through the kernel and nothing else. A message longer than a datagram is cut into
 * pieces of --datagram bytes, sent to each receiver in turn (or once to a group); a message with a piece missing is lost.
 *
 *     piece | u32 message | u16 piece | u16 pieces | bytes of the message |
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define HEAD_LENGTH 8
#define MAX_REPLICAS 64
#define MAX_DATAGRAM 65507
#define LATE_NS 10000000LL
#define QUIET_NS 5000000000LL
#define SOCKET_BUFFER (4 << 20)
#define GROUP "224.0.1.251"

struct options
{
    bool is_sender;
    bool is_spinning;
    bool is_multicast;
    int replicas;
    int port;
    long count;
    int bytes;
    int datagram;
    long warmup;
    double rate;
    const char *out;
    const char *payload;
};

struct replica
{
    int socket;
    uint32_t message;
    int pieces_held;
    int64_t intended_ns;
    uint8_t *is_held;
    uint8_t *is_done;
    long done;
};

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void usage(const char *why)
{
    fprintf(stderr,
        "udp: %s\nusage: udp send|receive --replicas N --port P --count C --bytes B [--warmup W] [--rate R] [--out FILE] "
        "[--payload FILE] [--wait spin|block] [--mode unicast|multicast] [--datagram BYTES]\n", why);
    exit(2);
}

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);

    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static struct options parse(int argc, char **argv)
{
    struct options options = {.replicas = 1, .port = 0, .bytes = 0, .datagram = 1376, .rate = 0};
    if (argc < 2 || (0 != strcmp(argv[1], "send") && 0 != strcmp(argv[1], "receive")))
    {
        usage("send or receive?");
    }
    options.is_sender = 0 == strcmp(argv[1], "send");
    options.is_spinning = true;
    for (int i = 2; i < argc; i += 2)
    {
        const char *name = argv[i];
        if (i + 1 == argc)
        {
            usage(name);
        }
        const char *value = argv[i + 1];
        if (0 == strcmp(name, "--replicas")) options.replicas = atoi(value);
        else if (0 == strcmp(name, "--port")) options.port = atoi(value);
        else if (0 == strcmp(name, "--count")) options.count = atol(value);
        else if (0 == strcmp(name, "--bytes")) options.bytes = atoi(value);
        else if (0 == strcmp(name, "--warmup")) options.warmup = atol(value);
        else if (0 == strcmp(name, "--rate")) options.rate = atof(value);
        else if (0 == strcmp(name, "--out")) options.out = value;
        else if (0 == strcmp(name, "--payload")) options.payload = value;
        else if (0 == strcmp(name, "--datagram")) options.datagram = atoi(value);
        else if (0 == strcmp(name, "--wait")) options.is_spinning = 0 == strcmp(value, "spin");
        else if (0 == strcmp(name, "--mode")) options.is_multicast = 0 == strcmp(value, "multicast");
        else usage(name);
    }
    if (options.replicas < 1 || options.replicas > MAX_REPLICAS) usage("--replicas: 1..64");
    if (options.port < 1 || options.port > 65535) usage("--port: 1..65535");
    if (options.count < 1 || options.count > UINT32_MAX) usage("--count: at least 1");
    if (options.bytes < 16) usage("--bytes: at least 16");
    if (options.datagram <= HEAD_LENGTH + 16 || options.datagram > MAX_DATAGRAM) usage("--datagram: 25..65507");
    if (options.is_sender && options.rate <= 0) usage("--rate: above 0");
    if (!options.is_sender && NULL == options.out) usage("--out is needed");

    return options;
}

static int pieces(const struct options *options)
{
    const int room = options->datagram - HEAD_LENGTH;

    return (options->bytes + room - 1) / room;
}

static int open_socket(const struct options *options, int replica)
{
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0) fail("socket");
    const int size = SOCKET_BUFFER;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    if (!options->is_sender)
    {
        const int one = 1;
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
        struct sockaddr_in address = {
            .sin_family = AF_INET, .sin_port = htons(options->port + (options->is_multicast ? 0 : replica))};
        address.sin_addr.s_addr = inet_addr(options->is_multicast ? GROUP : "127.0.0.1");
        if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) fail("bind");
        if (options->is_multicast)
        {
            struct ip_mreq group = {.imr_multiaddr.s_addr = inet_addr(GROUP), .imr_interface.s_addr = inet_addr("127.0.0.1")};
            if (setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group) < 0) fail("multicast");
        }
        if (options->is_spinning && fcntl(fd, F_SETFL, O_NONBLOCK) < 0) fail("fcntl");
    }
    else if (options->is_multicast)
    {
        struct in_addr loopback = {.s_addr = inet_addr("127.0.0.1")};
        if (setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &loopback, sizeof loopback) < 0) fail("multicast");
    }

    return fd;
}

static void fill(const struct options *options, uint8_t *message)
{
    uint64_t state = 0x9E3779B97F4A7C15ULL;
    for (int i = 16; i < options->bytes; i++)
    {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        message[i] = state >> 56;
    }
    if (NULL != options->payload)
    {
        FILE *file = fopen(options->payload, "rb");
        if (NULL == file) fail(options->payload);
        size_t held = fread(message + 16, 1, options->bytes - 16, file);
        for (size_t i = held; held > 0 && i < (size_t)options->bytes - 16; i++)
        {
            message[16 + i] = message[16 + i - held];
        }
        fclose(file);
    }
}

static void await(const struct options *options, int64_t due_ns)
{
    if (!options->is_spinning)
    {
        struct timespec due = {.tv_sec = due_ns / 1000000000LL, .tv_nsec = due_ns % 1000000000LL};
        while (EINTR == clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL))
        {
        }
        return;
    }
    while (now_ns() < due_ns)
    {
        __builtin_ia32_pause();
    }
}

static int run_sender(const struct options *options)
{
    const int fd = open_socket(options, 0);
    const int targets = options->is_multicast ? 1 : options->replicas;
    struct sockaddr_in addresses[MAX_REPLICAS];
    for (int i = 0; i < targets; i++)
    {
        addresses[i] = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(options->port + i)};
        addresses[i].sin_addr.s_addr = inet_addr(options->is_multicast ? GROUP : "127.0.0.1");
    }
    uint8_t *message = malloc(options->bytes);
    uint8_t piece[MAX_DATAGRAM];
    fill(options, message);
    puts("READY");
    fflush(stdout);

    const int room = options->datagram - HEAD_LENGTH;
    const uint16_t count = pieces(options);
    const int64_t start_ns = now_ns() + 100000000LL;
    long late = 0;
    for (long i = 0; i < options->count; i++)
    {
        const int64_t due_ns = start_ns + (int64_t)(i * 1e9 / options->rate);
        await(options, due_ns);
        late += i >= options->warmup && now_ns() - due_ns > LATE_NS;
        const uint64_t number = i;
        memcpy(message, &number, 8);
        memcpy(message + 8, &due_ns, 8);
        for (uint16_t p = 0; p < count; p++)
        {
            const uint32_t id = i;
            const int length = p + 1 < count ? room : options->bytes - p * room;
            memcpy(piece, &id, 4);
            memcpy(piece + 4, &p, 2);
            memcpy(piece + 6, &count, 2);
            memcpy(piece + HEAD_LENGTH, message + p * room, length);
            for (int t = 0; t < targets; t++)
            {
                if (sendto(fd, piece, HEAD_LENGTH + length, 0, (struct sockaddr *)&addresses[t], sizeof addresses[t]) < 0)
                {
                    fail("sendto");
                }
            }
        }
    }
    printf("{\"sent\":%ld,\"late\":%ld}\n", options->count, late);

    return 0;
}

/* One datagram of one replica: true if there was one. */
static bool receive(
    const struct options *options, struct replica *replica, uint32_t index, FILE *out, long *received, long *bad)
{
    uint8_t piece[MAX_DATAGRAM];
    const ssize_t length = recv(replica->socket, piece, sizeof piece, options->is_spinning ? 0 : MSG_DONTWAIT);
    if (length < 0)
    {
        if (EAGAIN == errno || EWOULDBLOCK == errno) return false;
        fail("recv");
    }
    uint32_t id;
    uint16_t p;
    uint16_t count;
    memcpy(&id, piece, 4);
    memcpy(&p, piece + 4, 2);
    memcpy(&count, piece + 6, 2);
    if (length <= HEAD_LENGTH || id >= options->count || count != pieces(options) || p >= count)
    {
        (*bad)++;
        return true;
    }
    if (id != replica->message)
    {
        replica->message = id;
        replica->pieces_held = 0;
        memset(replica->is_held, 0, count);
    }
    if (replica->is_done[id] || replica->is_held[p])
    {
        return true;
    }
    replica->is_held[p] = 1;
    if (0 == p)
    {
        memcpy(&replica->intended_ns, piece + HEAD_LENGTH + 8, 8);
    }
    if (++replica->pieces_held == count)
    {
        const int64_t latency_ns = now_ns() - replica->intended_ns;
        fwrite(&id, 4, 1, out);
        fwrite(&index, 4, 1, out);
        fwrite(&latency_ns, 8, 1, out);
        replica->is_done[id] = 1;
        replica->done++;
        (*received)++;
    }

    return true;
}

static int run_receiver(const struct options *options)
{
    struct replica replicas[MAX_REPLICAS] = {0};
    struct pollfd polls[MAX_REPLICAS];
    FILE *out = fopen(options->out, "wb");
    if (NULL == out) fail(options->out);
    for (int i = 0; i < options->replicas; i++)
    {
        replicas[i].socket = open_socket(options, i);
        replicas[i].message = UINT32_MAX;
        replicas[i].is_held = calloc(pieces(options), 1);
        replicas[i].is_done = calloc(options->count, 1);
        polls[i] = (struct pollfd){.fd = replicas[i].socket, .events = POLLIN};
    }
    puts("READY");
    fflush(stdout);

    const long expected = options->count * options->replicas;
    long received = 0;
    long bad = 0;
    int64_t heard_ns = 0;
    while (received < expected)
    {
        bool is_any = false;
        for (int i = 0; i < options->replicas; i++)
        {
            is_any |= receive(options, &replicas[i], i, out, &received, &bad);
        }
        if (is_any)
        {
            heard_ns = now_ns();
        }
        else if (0 != heard_ns && now_ns() - heard_ns > QUIET_NS)
        {
            break;
        }
        else if (!options->is_spinning)
        {
            poll(polls, options->replicas, 100);
        }
    }
    fclose(out);
    printf("{\"received\":%ld,\"duplicates\":0,\"bad\":%ld}\n", received, bad);

    return 0;
}

int main(int argc, char **argv)
{
    const struct options options = parse(argc, argv);

    return options.is_sender ? run_sender(&options) : run_receiver(&options);
}
