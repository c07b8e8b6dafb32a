// GossipSub with op-node's parameters: what based-op and op-node carry blocks with today. One libp2p host publishes, N
// hosts of one process subscribe; each checks the secp256k1 signature of every message before it passes it on, as
// op-node's validator does: 65 bytes of signature, then the payload, snappy-compressed as a whole.
//
// Parameters as in op-node/p2p/gossip.go: mesh 8 (6..12), lazy 6, heartbeat 500 ms, 12 heartbeats of history, 3 of
// gossip, ids seen for 130 heartbeats, no libp2p signatures, floods off, message id = first 20 bytes of SHA-256.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"

	"github.com/decred/dcrd/dcrec/secp256k1/v4"
	"github.com/decred/dcrd/dcrec/secp256k1/v4/ecdsa"
	"github.com/golang/snappy"
	"github.com/libp2p/go-libp2p"
	pubsub "github.com/libp2p/go-libp2p-pubsub"
	pb "github.com/libp2p/go-libp2p-pubsub/pb"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/multiformats/go-multiaddr"
	"golang.org/x/sys/unix"
)

const (
	topicName       = "/optimism/901/2/blocks"
	heartbeat       = 500 * time.Millisecond
	maxMessageBytes = 10 << 20
	signatureBytes  = 65
	lateNs          = int64(10 * time.Millisecond)
	timerNs         = int64(time.Millisecond) // timers fire late: the last stretch is waited for awake
	quiet           = 5 * time.Second
	connectTimeout  = 30 * time.Second
)

type options struct {
	isSender bool
	replicas int
	port     int
	count    int
	bytes    int
	warmup   int
	rate     float64
	out      string
	payload  string
}

type delivery struct {
	message   uint32
	replica   uint32
	latencyNs int64
}

func main() {
	o := parse(os.Args)
	run := runReceiver
	if o.isSender {
		run = runSender
	}
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "gossipsub:", err)
		os.Exit(1)
	}
}

func parse(args []string) options {
	var o options
	flags := flag.NewFlagSet("gossipsub", flag.ExitOnError)
	flags.IntVar(&o.replicas, "replicas", 1, "receivers")
	flags.IntVar(&o.port, "port", 0, "first TCP port of the receivers; the sender has none")
	flags.IntVar(&o.count, "count", 0, "messages")
	flags.IntVar(&o.bytes, "bytes", 0, "bytes a message")
	flags.IntVar(&o.warmup, "warmup", 0, "messages before lateness counts")
	flags.Float64Var(&o.rate, "rate", 0, "messages a second")
	flags.StringVar(&o.out, "out", "", "file of deliveries")
	flags.StringVar(&o.payload, "payload", "", "file whose bytes fill the messages")
	if len(args) < 2 || (args[1] != "send" && args[1] != "receive") {
		usage("send or receive?")
	}
	o.isSender = args[1] == "send"
	_ = flags.Parse(args[2:])
	switch {
	case o.replicas < 1 || o.replicas > 64:
		usage("--replicas: 1..64")
	case o.port < 1 || o.port > 65535:
		usage("--port: 1..65535")
	case o.count < 1:
		usage("--count: at least 1")
	case o.bytes < 16 || o.bytes > maxMessageBytes/2:
		usage("--bytes: 16..5242880")
	case o.isSender && o.rate <= 0:
		usage("--rate: above 0")
	case !o.isSender && o.out == "":
		usage("--out is needed")
	}

	return o
}

func usage(why string) {
	fmt.Fprintln(os.Stderr, "gossipsub:", why)
	os.Exit(2)
}

// The sequencer's key of every run: not a secret, it signs what a benchmark sends to itself.
func leaderKey() *secp256k1.PrivateKey {
	seed := sha256.Sum256([]byte("fragcast bench leader"))

	return secp256k1.PrivKeyFromBytes(seed[:])
}

func identity(name string) (crypto.PrivKey, peer.ID) {
	seed := sha256.Sum256([]byte("fragcast bench host " + name))
	key, err := crypto.UnmarshalSecp256k1PrivateKey(seed[:])
	if err != nil {
		panic(err)
	}
	id, err := peer.IDFromPrivateKey(key)
	if err != nil {
		panic(err)
	}

	return key, id
}

func newHost(name string, port int) (host.Host, error) {
	key, _ := identity(name)

	return libp2p.New(
		libp2p.Identity(key),
		libp2p.ListenAddrStrings(fmt.Sprintf("/ip4/127.0.0.1/tcp/%d", port)),
		libp2p.DisableRelay())
}

func newTopic(ctx context.Context, h host.Host) (*pubsub.PubSub, *pubsub.Topic, error) {
	params := pubsub.DefaultGossipSubParams()
	params.D = 8
	params.Dlo = 6
	params.Dhi = 12
	params.Dlazy = 6
	params.HeartbeatInterval = heartbeat
	params.FanoutTTL = 24 * time.Second
	params.HistoryLength = 12
	params.HistoryGossip = 3
	gossip, err := pubsub.NewGossipSub(ctx, h,
		pubsub.WithMaxMessageSize(maxMessageBytes),
		pubsub.WithMessageIdFn(messageID),
		pubsub.WithNoAuthor(),
		pubsub.WithMessageSignaturePolicy(pubsub.StrictNoSign),
		pubsub.WithPeerOutboundQueueSize(256),
		pubsub.WithValidateQueueSize(256),
		pubsub.WithValidateWorkers(1),
		pubsub.WithSeenMessagesTTL(130*heartbeat),
		pubsub.WithFloodPublish(false),
		pubsub.WithGossipSubParams(params))
	if err != nil {
		return nil, nil, err
	}
	if err := gossip.RegisterTopicValidator(topicName, validate,
		pubsub.WithValidatorTimeout(3*time.Second), pubsub.WithValidatorConcurrency(4)); err != nil {
		return nil, nil, err
	}
	topic, err := gossip.Join(topicName)

	return gossip, topic, err
}

func messageID(message *pb.Message) string {
	digest := sha256.Sum256(message.Data)

	return string(digest[:20])
}

// Accepts what the leader signed; the decompressed payload goes on with the message, as in op-node.
func validate(_ context.Context, _ peer.ID, message *pubsub.Message) pubsub.ValidationResult {
	data, err := snappy.Decode(nil, message.Data)
	if err != nil || len(data) <= signatureBytes {
		return pubsub.ValidationReject
	}
	digest := sha256.Sum256(data[signatureBytes:])
	key, _, err := ecdsa.RecoverCompact(data[:signatureBytes], digest[:])
	if err != nil || !key.IsEqual(leaderKey().PubKey()) {
		return pubsub.ValidationReject
	}
	message.ValidatorData = data[signatureBytes:]

	return pubsub.ValidationAccept
}

func runReceiver(o options) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	deliveries := make(chan delivery, 1<<16)
	var hosts []host.Host
	for i := 0; i < o.replicas; i++ {
		h, err := newHost(fmt.Sprintf("replica %d", i), o.port+i)
		if err != nil {
			return err
		}
		defer h.Close()
		hosts = append(hosts, h)
		_, topic, err := newTopic(ctx, h)
		if err != nil {
			return err
		}
		subscription, err := topic.Subscribe(pubsub.WithBufferSize(4096))
		if err != nil {
			return err
		}
		go receive(ctx, subscription, uint32(i), deliveries)
	}
	// Replicas know each other, as op-nodes do by discovery: the mesh takes up to 12 of them.
	for i, h := range hosts {
		for j := 0; j < i; j++ {
			info := peer.AddrInfo{ID: hosts[j].ID(), Addrs: hosts[j].Addrs()}
			if err := h.Connect(ctx, info); err != nil {
				return err
			}
		}
	}
	fmt.Println("READY")

	return collect(o, deliveries)
}

func receive(ctx context.Context, subscription *pubsub.Subscription, replica uint32, to chan<- delivery) {
	for {
		message, err := subscription.Next(ctx)
		if err != nil {
			return
		}
		payload, ok := message.ValidatorData.([]byte)
		if !ok || len(payload) < 16 {
			to <- delivery{message: ^uint32(0), replica: replica}
			continue
		}
		to <- delivery{
			uint32(binary.LittleEndian.Uint64(payload)),
			replica,
			nowNs() - int64(binary.LittleEndian.Uint64(payload[8:]))}
	}
}

func collect(o options, deliveries <-chan delivery) error {
	out, err := os.Create(o.out)
	if err != nil {
		return err
	}
	defer out.Close()
	seen := make(map[uint64]bool, o.count*o.replicas)
	records := make([]byte, 0, 16*o.count*o.replicas)
	duplicates, bad := 0, 0
	timer := time.NewTimer(time.Hour)
	isQuiet := false
	for len(seen) < o.count*o.replicas && !isQuiet {
		select {
		case d := <-deliveries:
			timer.Reset(quiet)
			key := uint64(d.replica)<<32 | uint64(d.message)
			switch {
			case int64(d.message) >= int64(o.count):
				bad++
			case seen[key]:
				duplicates++
			default:
				seen[key] = true
				records = binary.LittleEndian.AppendUint32(records, d.message)
				records = binary.LittleEndian.AppendUint32(records, d.replica)
				records = binary.LittleEndian.AppendUint64(records, uint64(d.latencyNs))
			}
		case <-timer.C:
			isQuiet = true
		}
	}
	if _, err := out.Write(records); err != nil {
		return err
	}
	fmt.Printf("{\"received\":%d,\"duplicates\":%d,\"bad\":%d}\n", len(seen), duplicates, bad)

	return nil
}

func runSender(o options) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	h, err := newHost("sequencer", 0)
	if err != nil {
		return err
	}
	defer h.Close()
	_, topic, err := newTopic(ctx, h)
	if err != nil {
		return err
	}
	if err := connect(ctx, o, h, topic); err != nil {
		return err
	}
	fmt.Println("READY")

	message, err := newMessage(o)
	if err != nil {
		return err
	}
	key := leaderKey()
	late := 0
	start := nowNs() + int64(100*time.Millisecond)
	for i := 0; i < o.count; i++ {
		due := start + int64(float64(i)*1e9/o.rate)
		if wait := due - nowNs() - timerNs; wait > 0 {
			time.Sleep(time.Duration(wait))
		}
		for nowNs() < due {
			runtime.Gosched()
		}
		if i >= o.warmup && nowNs()-due > lateNs {
			late++
		}
		payload := message[signatureBytes:]
		binary.LittleEndian.PutUint64(payload, uint64(i))
		binary.LittleEndian.PutUint64(payload[8:], uint64(due))
		digest := sha256.Sum256(payload)
		copy(message, ecdsa.SignCompact(key, digest[:], false))
		if err := topic.Publish(ctx, snappy.Encode(nil, message)); err != nil {
			return err
		}
	}
	fmt.Printf("{\"sent\":%d,\"late\":%d}\n", o.count, late)
	// The mesh carries the last messages after Publish returned, until whoever started this says that all have them.
	_, err = io.Copy(io.Discard, os.Stdin)

	return err
}

// Connects to every replica and waits until each is known to take the topic, and a heartbeat has grafted the mesh.
func connect(ctx context.Context, o options, h host.Host, topic *pubsub.Topic) error {
	for i := 0; i < o.replicas; i++ {
		_, id := identity(fmt.Sprintf("replica %d", i))
		address, err := multiaddr.NewMultiaddr(fmt.Sprintf("/ip4/127.0.0.1/tcp/%d", o.port+i))
		if err != nil {
			return err
		}
		if err := h.Connect(ctx, peer.AddrInfo{ID: id, Addrs: []multiaddr.Multiaddr{address}}); err != nil {
			return err
		}
	}
	// The leader is in the mesh, as op-node's sequencer is: it subscribes too.
	subscription, err := topic.Subscribe()
	if err != nil {
		return err
	}
	go func() {
		for {
			if _, err := subscription.Next(ctx); err != nil {
				return
			}
		}
	}()
	deadline := time.Now().Add(connectTimeout)
	for len(topic.ListPeers()) < o.replicas {
		if time.Now().After(deadline) {
			return fmt.Errorf("%d of %d replicas after %s", len(topic.ListPeers()), o.replicas, connectTimeout)
		}
		time.Sleep(10 * time.Millisecond)
	}
	time.Sleep(3 * heartbeat)

	return nil
}

func newMessage(o options) ([]byte, error) {
	message := make([]byte, signatureBytes+o.bytes)
	state := uint64(0x9E3779B97F4A7C15)
	body := message[signatureBytes+16:]
	for i := range body {
		state = state*6364136223846793005 + 1442695040888963407
		body[i] = byte(state >> 56)
	}
	if o.payload != "" {
		bytes, err := os.ReadFile(o.payload)
		if err != nil {
			return nil, err
		}
		for i := 0; len(bytes) > 0 && i < len(body); i += len(bytes) {
			copy(body[i:], bytes)
		}
	}

	return message, nil
}

func nowNs() int64 {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		panic(err)
	}

	return now.Nano()
}
