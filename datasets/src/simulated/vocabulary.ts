/**
 * The words of the simulated shop: twelve departments, three shelves each, four product types a shelf. Every word here
 * is printed on the items that carry it and has a meaning vector (`meaning.ts`), which is what makes text and behaviour
 * agree. No brand, product or text is taken from a real shop.
 */

export interface ProductType {
  /** Unique in the shop. */
  noun: string;
  /** Price of an ordinary one. */
  price: number;
  /** Days until an ordinary user needs the next one; absent for things that last. */
  lastsDays?: number;
  /** Nouns that whoever bought this will want next. */
  goesWith?: string[];
}

export interface Shelf {
  name: string;
  /** Shelves of different departments with one theme attract the same people: coffee machines and coffee. */
  theme: string;
  materials: string[];
  features: string[];
  uses: string[];
  variants: string[];
  types: ProductType[];
}

export interface Department {
  name: string;
  /** Share of interest relative to the other departments. */
  weight: number;
  styles: string[];
  shelves: Shelf[];
}

export const PRICE_TIERS = [
  { words: ['Value', 'Basics', 'Everyday'], factor: 0.6, phrase: 'An affordable choice that does what it should.' },
  { words: ['', '', 'Classic'], factor: 1, phrase: 'A dependable choice at a fair price.' },
  { words: ['Premium', 'Pro', 'Select'], factor: 1.7, phrase: 'Premium quality for people who use it often.' },
  { words: ['Signature', 'Reserve', 'Master'], factor: 2.9, phrase: 'The finest of its range, made in small batches.' },
] as const;

const product = (noun: string, price: number, goesWith: string[] = []): ProductType => ({ noun, price, goesWith });
const consumable = (noun: string, price: number, lastsDays: number, goesWith: string[] = []): ProductType => ({
  noun,
  price,
  lastsDays,
  goesWith,
});

export const DEPARTMENTS: readonly Department[] = [
  {
    name: 'Tools & Home Improvement',
    weight: 1.1,
    styles: ['Rugged', 'Compact', 'Heavy-Duty', 'Modern'],
    shelves: [
      {
        name: 'Power Tools',
        theme: 'workshop',
        materials: ['Brushless', 'Cordless', 'Corded'],
        features: ['Variable Speed', 'LED Work Light', 'Dust Collection', 'Soft-Grip Handle', 'Quick-Change Chuck'],
        uses: ['weekend repairs', 'cabinet making', 'daily job sites', 'first-time homeowners'],
        variants: ['12V', '18V', '20V', '6 Amp'],
        types: [
          product('Drill Driver', 89, ['Drill Bit Set', 'Screwdriver Bit Set', 'Safety Goggles']),
          product('Circular Saw', 109, ['Saw Blade', 'Safety Goggles', 'Clamp Set']),
          product('Orbital Sander', 64, ['Sanding Discs', 'Safety Goggles']),
          product('Rotary Tool', 59, ['Sanding Discs', 'Wood Carving Kit']),
        ],
      },
      {
        name: 'Tool Accessories',
        theme: 'workshop',
        materials: ['Titanium', 'Carbide', 'Cobalt', 'Ceramic Grain'],
        features: ['Storage Case Included', 'Long-Life Coating', 'Universal Fit', 'Clean-Cut Edges'],
        uses: ['hardwood and plywood', 'metal and steel', 'masonry walls', 'paint removal'],
        variants: ['10-Piece', '21-Piece', '50-Pack', 'Single'],
        types: [
          product('Drill Bit Set', 24),
          product('Saw Blade', 22),
          consumable('Sanding Discs', 13, 30),
          product('Screwdriver Bit Set', 18),
        ],
      },
      {
        name: 'Hand Tools & Safety',
        theme: 'workshop',
        materials: ['Forged Steel', 'Chrome Vanadium', 'Fiberglass', 'Aluminum'],
        features: ['Non-Slip Grip', 'Magnetic Tip', 'Shock-Absorbing Handle', 'Locking Mechanism'],
        uses: ['furniture assembly', 'bicycle and car repairs', 'framing and carpentry', 'a home tool box'],
        variants: ['Small', 'Medium', 'Large', '6-Piece'],
        types: [
          product('Claw Hammer', 21, ['Tape Measure']),
          product('Tape Measure', 14),
          product('Clamp Set', 29),
          product('Safety Goggles', 12),
        ],
      },
    ],
  },
  {
    name: 'Kitchen & Dining',
    weight: 1.3,
    styles: ['Modern', 'Rustic', 'Minimalist', 'Vintage'],
    shelves: [
      {
        name: 'Coffee & Tea Makers',
        theme: 'coffee and tea',
        materials: ['Stainless Steel', 'Borosilicate Glass', 'Ceramic', 'Matte Black'],
        features: [
          'Precise Temperature Control',
          'Gooseneck Spout',
          'Easy-Clean Parts',
          'Quiet Operation',
          'Auto Shut-Off',
        ],
        uses: ['slow weekend mornings', 'busy office kitchens', 'small apartments', 'serious home baristas'],
        variants: ['1-Cup', '4-Cup', '8-Cup', '12-Cup'],
        types: [
          product('Espresso Machine', 219, ['Whole Bean Coffee', 'Coffee Grinder', 'Milk Frother']),
          product('Pour-Over Coffee Maker', 34, ['Whole Bean Coffee', 'Coffee Grinder']),
          product('Coffee Grinder', 69, ['Whole Bean Coffee']),
          product('Milk Frother', 27),
        ],
      },
      {
        name: 'Cookware & Baking',
        theme: 'cooking',
        materials: ['Cast Iron', 'Nonstick Aluminum', 'Enameled Steel', 'Copper'],
        features: ['Oven Safe', 'Even Heating', 'Pouring Spouts', 'Dishwasher Safe', 'Tempered Glass Lid'],
        uses: ['searing steaks', 'family stews', 'sourdough bread', 'holiday baking'],
        variants: ['8-Inch', '10-Inch', '12-Inch', '5-Quart'],
        types: [
          product('Frying Pan', 39, ['Silicone Spatula Set', 'Olive Oil']),
          product('Dutch Oven', 74, ['Dried Pasta', 'Silicone Spatula Set']),
          product('Baking Sheet', 22, ['Silicone Spatula Set']),
          product('Saucepan', 35, ['Dried Pasta']),
        ],
      },
      {
        name: 'Knives & Kitchen Tools',
        theme: 'cooking',
        materials: ['Damascus Steel', 'High-Carbon Steel', 'Acacia Wood', 'Bamboo'],
        features: ['Razor-Sharp Edge', 'Ergonomic Handle', 'Juice Groove', 'Gift Box'],
        uses: ['chopping vegetables', 'carving roasts', 'everyday meal prep', 'outdoor grilling'],
        variants: ['Small', 'Medium', 'Large', 'Set of 3'],
        types: [
          product('Chef Knife', 58, ['Cutting Board', 'Knife Sharpener']),
          product('Cutting Board', 28),
          product('Knife Sharpener', 25),
          product('Silicone Spatula Set', 17),
        ],
      },
    ],
  },
  {
    name: 'Grocery & Gourmet Food',
    weight: 1.3,
    styles: ['Artisan', 'Family', 'Traditional', 'Wholesome'],
    shelves: [
      {
        name: 'Coffee, Tea & Cocoa',
        theme: 'coffee and tea',
        materials: ['Organic', 'Fair Trade', 'Single-Origin', 'Decaf'],
        features: ['Dark Roast', 'Medium Roast', 'Floral Notes', 'Chocolate Notes', 'Resealable Bag'],
        uses: ['espresso lovers', 'quiet evenings', 'early risers', 'cold brew'],
        variants: ['12 oz', '2 lb', '50 Count', '100 Count'],
        types: [
          consumable('Whole Bean Coffee', 16, 21),
          consumable('Green Tea', 12, 28, ['Wildflower Honey']),
          consumable('Hot Cocoa Mix', 11, 30),
          consumable('Herbal Tea', 10, 28, ['Wildflower Honey']),
        ],
      },
      {
        name: 'Snacks & Sweets',
        theme: 'snacking',
        materials: ['Organic', 'Gluten-Free', 'Vegan', 'Low-Sugar'],
        features: ['Sea Salt', 'Roasted Almond', 'Honey Flavor', 'Spicy Chili', 'Individually Wrapped'],
        uses: ['hiking days', 'school lunches', 'movie nights', 'after the gym'],
        variants: ['6-Pack', '12-Pack', '24-Pack', 'Family Size'],
        types: [
          consumable('Trail Mix', 14, 20),
          consumable('Dark Chocolate Bars', 17, 20),
          consumable('Granola Bars', 12, 18),
          consumable('Potato Chips', 13, 16),
        ],
      },
      {
        name: 'Pantry Staples',
        theme: 'cooking',
        materials: ['Organic', 'Cold-Pressed', 'Stone-Ground', 'Unfiltered'],
        features: ['First Harvest', 'No Added Salt', 'Glass Bottle', 'Imported', 'Small Farms'],
        uses: ['salads and dressings', 'weeknight dinners', 'home bakers', 'slow cooking'],
        variants: ['500 ml', '1 Liter', '2 lb', '4-Pack'],
        types: [
          consumable('Olive Oil', 19, 40),
          consumable('Dried Pasta', 11, 25, ['Olive Oil']),
          consumable('Wildflower Honey', 14, 45),
          consumable('Basmati Rice', 18, 40),
        ],
      },
    ],
  },
  {
    name: 'Pet Supplies',
    weight: 1.2,
    styles: ['Cozy', 'Playful', 'Durable', 'Natural'],
    shelves: [
      {
        name: 'Dogs',
        theme: 'dogs',
        materials: ['Orthopedic Foam', 'Nylon', 'Natural Rubber', 'Grain-Free'],
        features: ['Chew Resistant', 'Machine Washable', 'Reflective Stitching', 'Chicken Flavor', 'Vet Recommended'],
        uses: ['large breeds', 'small breeds', 'puppies', 'senior dogs'],
        variants: ['Small', 'Medium', 'Large', '2-Pack'],
        types: [
          consumable('Dry Dog Food', 42, 28, ['Dog Treats']),
          consumable('Dog Treats', 13, 18),
          product('Dog Leash', 19, ['Dog Treats', 'Dog Bed']),
          product('Dog Bed', 48, ['Dog Treats']),
        ],
      },
      {
        name: 'Cats',
        theme: 'cats',
        materials: ['Sisal', 'Clumping Clay', 'Plush', 'Grain-Free'],
        features: ['Odor Control', 'Low Dust', 'Salmon Flavor', 'Wobble-Free Base', 'Interactive'],
        uses: ['indoor cats', 'kittens', 'several cats', 'picky eaters'],
        variants: ['Small', 'Large', '12-Pack', '20 lb'],
        types: [
          consumable('Cat Litter', 21, 21),
          consumable('Wet Cat Food', 24, 18),
          product('Cat Tree', 69, ['Catnip Toys']),
          product('Catnip Toys', 11),
        ],
      },
      {
        name: 'Fish & Aquariums',
        theme: 'aquariums',
        materials: ['Glass', 'Acrylic', 'Activated Carbon', 'Natural Stone'],
        features: ['Whisper-Quiet Pump', 'LED Lighting', 'Easy Setup', 'Clears Cloudy Water'],
        uses: ['tropical fish', 'goldfish', 'planted tanks', 'a first aquarium'],
        variants: ['5-Gallon', '10-Gallon', '20-Gallon', '3-Pack'],
        types: [
          product('Aquarium Tank', 84, ['Aquarium Filter', 'Fish Food', 'Aquarium Gravel']),
          product('Aquarium Filter', 32, ['Fish Food']),
          consumable('Fish Food', 9, 35),
          product('Aquarium Gravel', 15),
        ],
      },
    ],
  },
  {
    name: 'Sports & Outdoors',
    weight: 1.2,
    styles: ['Lightweight', 'Rugged', 'Modern', 'Compact'],
    shelves: [
      {
        name: 'Camping & Hiking',
        theme: 'outdoors',
        materials: ['Ripstop Nylon', 'Down-Filled', 'Titanium', 'Recycled Polyester'],
        features: ['Waterproof', 'Packs Small', 'Four-Season', 'Quick Setup', 'Rechargeable'],
        uses: ['backpacking trips', 'family camping', 'winter nights', 'music festivals'],
        variants: ['1-Person', '2-Person', '4-Person', 'Regular'],
        types: [
          product('Camping Tent', 139, ['Sleeping Bag', 'Headlamp', 'Camping Stove']),
          product('Sleeping Bag', 79, ['Headlamp']),
          product('Camping Stove', 52, ['Trail Mix']),
          product('Headlamp', 26),
        ],
      },
      {
        name: 'Running',
        theme: 'fitness',
        materials: ['Breathable Mesh', 'Merino Wool', 'Stretch Knit', 'Recycled Polyester'],
        features: ['Cushioned Sole', 'Moisture-Wicking', 'Reflective Details', 'Arch Support', 'Zip Pocket'],
        uses: ['marathon training', 'trail running', 'rainy commutes', 'beginners'],
        variants: ['Small', 'Medium', 'Large', '3-Pack'],
        types: [
          product('Running Shoes', 98, ['Running Socks', 'Running Belt']),
          consumable('Running Socks', 17, 60),
          product('Running Belt', 22),
          product('Running Jacket', 68),
        ],
      },
      {
        name: 'Yoga & Strength',
        theme: 'fitness',
        materials: ['Natural Rubber', 'Cork', 'Cast Iron', 'Neoprene'],
        features: ['Extra Thick', 'Non-Slip Surface', 'Carrying Strap', 'Vanilla Flavor', 'Adjustable'],
        uses: ['hot yoga', 'home gyms', 'recovery days', 'strength training'],
        variants: ['Light', 'Medium', 'Heavy', 'Set of 3'],
        types: [
          product('Yoga Mat', 38, ['Resistance Bands']),
          product('Dumbbell Set', 85, ['Protein Powder', 'Resistance Bands']),
          product('Resistance Bands', 21),
          consumable('Protein Powder', 36, 28, ['Granola Bars']),
        ],
      },
    ],
  },
  {
    name: 'Arts, Crafts & Sewing',
    weight: 1,
    styles: ['Vintage', 'Colorful', 'Traditional', 'Whimsical'],
    shelves: [
      {
        name: 'Painting & Drawing',
        theme: 'making art',
        materials: ['Acrylic', 'Watercolor', 'Oil', 'Birch Wood'],
        features: ['Vivid Pigments', 'Fast Drying', 'Acid-Free', 'Travel Case', 'Non-Toxic'],
        uses: ['landscape painters', 'art students', 'children’s classes', 'studio professionals'],
        variants: ['12 Colors', '24 Colors', '36 Colors', '10-Pack'],
        types: [
          consumable('Paint Set', 26, 45, ['Paint Brush Set', 'Canvas Panels']),
          product('Paint Brush Set', 16, ['Canvas Panels']),
          consumable('Canvas Panels', 19, 35),
          product('Tabletop Easel', 37, ['Canvas Panels', 'Paint Set']),
        ],
      },
      {
        name: 'Knitting & Crochet',
        theme: 'textile crafts',
        materials: ['Merino Wool', 'Cotton', 'Alpaca', 'Bamboo'],
        features: ['Hand-Dyed', 'Super Soft', 'Chunky Weight', 'Smooth Points', 'Pattern Included'],
        uses: ['baby blankets', 'cozy sweaters', 'first projects', 'lace shawls'],
        variants: ['100 g', '200 g', '6-Pack', 'Set of 8'],
        types: [
          consumable('Knitting Yarn', 15, 30, ['Knitting Needles']),
          product('Knitting Needles', 18, ['Knitting Yarn']),
          product('Crochet Hook Set', 20, ['Knitting Yarn']),
          product('Yarn Storage Bag', 24),
        ],
      },
      {
        name: 'Paper & Wood Crafts',
        theme: 'making art',
        materials: ['Kraft Paper', 'Basswood', 'Linen', 'Recycled Paper'],
        features: ['Foil Accents', 'Precision Blades', 'Double-Sided', 'Archival Quality'],
        uses: ['wedding invitations', 'family albums', 'rainy afternoons', 'greeting cards'],
        variants: ['20 Sheets', '50 Sheets', '100 Sheets', 'Kit'],
        types: [
          consumable('Card Stock', 13, 40),
          product('Scrapbook Album', 29, ['Card Stock', 'Washi Tape']),
          consumable('Washi Tape', 9, 40),
          product('Wood Carving Kit', 33, ['Safety Goggles']),
        ],
      },
    ],
  },
  {
    name: 'Toys & Games',
    weight: 1,
    styles: ['Playful', 'Colorful', 'Classic-Look', 'Whimsical'],
    shelves: [
      {
        name: 'Board & Card Games',
        theme: 'game night',
        materials: ['Wooden', 'Linen-Finish', 'Illustrated', 'Magnetic'],
        features: ['Cooperative Play', 'Quick Rounds', 'Deep Strategy', 'Solo Mode', 'Easy to Learn'],
        uses: ['family game night', 'two players', 'large parties', 'experienced players'],
        variants: ['2-4 Players', '1-5 Players', '3-8 Players', 'Travel Edition'],
        types: [
          product('Strategy Board Game', 45, ['Card Sleeves', 'Game Expansion']),
          product('Party Card Game', 21),
          product('Game Expansion', 27, ['Card Sleeves']),
          product('Card Sleeves', 8),
        ],
      },
      {
        name: 'Building & Models',
        theme: 'building',
        materials: ['Wooden', 'Interlocking', 'Die-Cast', 'Solar-Powered'],
        features: ['Moving Parts', 'Step-by-Step Guide', 'Display Stand', 'Realistic Details'],
        uses: ['curious kids', 'patient adults', 'school projects', 'collectors'],
        variants: ['120 Pieces', '350 Pieces', '800 Pieces', '1:24 Scale'],
        types: [
          product('Building Block Set', 36, ['Block Storage Box']),
          product('Model Car Kit', 33, ['Hobby Glue', 'Paint Set']),
          product('Block Storage Box', 20),
          consumable('Hobby Glue', 7, 60),
        ],
      },
      {
        name: 'Puzzles & Plush',
        theme: 'quiet play',
        materials: ['Recycled Board', 'Organic Cotton', 'Velvet', 'Wooden'],
        features: ['Glow in the Dark', 'Extra Soft', 'Poster Included', 'No Dust Cutting'],
        uses: ['toddlers', 'rainy Sundays', 'bedtime', 'puzzle fans'],
        variants: ['100 Pieces', '500 Pieces', '1000 Pieces', '30 cm'],
        types: [
          product('Jigsaw Puzzle', 19, ['Puzzle Mat']),
          product('Puzzle Mat', 25),
          product('Teddy Bear', 24),
          product('Plush Dinosaur', 22),
        ],
      },
    ],
  },
  {
    name: 'Office & Stationery',
    weight: 0.9,
    styles: ['Minimalist', 'Elegant', 'Modern', 'Vintage'],
    shelves: [
      {
        name: 'Pens & Writing',
        theme: 'writing',
        materials: ['Brass', 'Resin', 'Aluminum', 'Bamboo'],
        features: ['Fine Nib', 'Smooth Flow', 'Quick-Dry Ink', 'Refillable', 'Gift Box'],
        uses: ['daily journaling', 'calligraphy', 'signing letters', 'left-handed writers'],
        variants: ['Black', 'Blue', 'Emerald', 'Assorted'],
        types: [
          product('Fountain Pen', 41, ['Bottled Ink', 'Hardcover Notebook']),
          consumable('Bottled Ink', 14, 45),
          consumable('Gel Pens', 11, 35),
          product('Pencil Case', 15, ['Gel Pens']),
        ],
      },
      {
        name: 'Notebooks & Planners',
        theme: 'writing',
        materials: ['Leather', 'Linen', 'Recycled Paper', 'Softcover'],
        features: ['Dotted Pages', 'Lay-Flat Binding', 'Thick Paper', 'Ribbon Marker', 'Undated'],
        uses: ['bullet journals', 'students', 'meeting notes', 'travel diaries'],
        variants: ['A4', 'A5', 'Pocket', '3-Pack'],
        types: [
          consumable('Hardcover Notebook', 18, 50, ['Gel Pens']),
          product('Weekly Planner', 23, ['Gel Pens', 'Washi Tape']),
          consumable('Sticky Notes', 8, 40),
          product('Sketchbook', 17, ['Gel Pens']),
        ],
      },
      {
        name: 'Desk & Ergonomics',
        theme: 'desk',
        materials: ['Walnut', 'Steel Mesh', 'Memory Foam', 'Felt'],
        features: ['Adjustable Height', 'Cable Management', 'Anti-Slip Feet', 'Tool-Free Assembly'],
        uses: ['home offices', 'standing desks', 'small spaces', 'long working days'],
        variants: ['Small', 'Large', 'Black', 'Natural'],
        types: [
          product('Monitor Stand', 37, ['Mechanical Keyboard']),
          product('Desk Organizer', 24, ['Sticky Notes']),
          product('Desk Lamp', 35),
          product('Seat Cushion', 32),
        ],
      },
    ],
  },
  {
    name: 'Electronics',
    weight: 1.2,
    styles: ['Sleek', 'Compact', 'Retro', 'Modern'],
    shelves: [
      {
        name: 'Headphones & Audio',
        theme: 'listening',
        materials: ['Wireless', 'Wired', 'Memory Foam', 'Aluminum'],
        features: ['Noise Cancelling', '40-Hour Battery', 'Deep Bass', 'Water Resistant', 'Clear Calls'],
        uses: ['long flights', 'the gym', 'video calls', 'audiophiles'],
        variants: ['Black', 'White', 'Navy', 'Sand'],
        types: [
          product('Over-Ear Headphones', 119, ['Headphone Stand']),
          product('Wireless Earbuds', 79),
          product('Bluetooth Speaker', 65),
          product('Headphone Stand', 21),
        ],
      },
      {
        name: 'Computer Accessories',
        theme: 'desk',
        materials: ['Aluminum', 'Hot-Swappable', 'Silent', 'Braided'],
        features: ['RGB Lighting', 'Fast Charging', 'Ergonomic Shape', 'Multi-Device Pairing', 'Travel Pouch'],
        uses: ['programmers', 'competitive gaming', 'working on the road', 'tidy desks'],
        variants: ['Black', 'White', '7-in-1', '65W'],
        types: [
          product('Mechanical Keyboard', 89, ['Gaming Mouse', 'Wrist Rest']),
          product('Gaming Mouse', 49),
          product('USB-C Hub', 38),
          product('Wrist Rest', 18),
        ],
      },
      {
        name: 'Camera & Photo',
        theme: 'photography',
        materials: ['Carbon Fiber', 'Waxed Canvas', 'Multi-Coated', 'Aluminum'],
        features: ['Ball Head', 'Weather Sealed', 'High Speed', 'Padded Dividers', 'Quick Release'],
        uses: ['landscape photography', 'street photography', 'vlogging', 'wildlife'],
        variants: ['64 GB', '128 GB', 'Small', 'Large'],
        types: [
          product('Camera Tripod', 92, ['Camera Bag']),
          product('Camera Bag', 67, ['Memory Card']),
          product('Memory Card', 28),
          product('Lens Filter Kit', 44),
        ],
      },
    ],
  },
  {
    name: 'Beauty & Personal Care',
    weight: 1.1,
    styles: ['Gentle', 'Natural', 'Elegant', 'Fresh'],
    shelves: [
      {
        name: 'Skin Care',
        theme: 'skin care',
        materials: ['Vitamin C', 'Hyaluronic', 'Aloe Vera', 'Niacinamide'],
        features: ['Fragrance-Free', 'Oil-Free', 'SPF 50', 'Cruelty-Free', 'Fast Absorbing'],
        uses: ['sensitive skin', 'dry skin', 'acne-prone skin', 'mature skin'],
        variants: ['30 ml', '50 ml', '100 ml', '2-Pack'],
        types: [
          consumable('Face Moisturizer', 24, 40, ['Face Cleanser']),
          consumable('Face Cleanser', 15, 35, ['Face Moisturizer']),
          consumable('Sunscreen Lotion', 18, 30),
          consumable('Face Serum', 31, 45, ['Face Moisturizer']),
        ],
      },
      {
        name: 'Hair Care',
        theme: 'hair care',
        materials: ['Argan Oil', 'Keratin', 'Coconut', 'Ionic'],
        features: ['Sulfate-Free', 'Volumizing', 'Color Safe', 'Heat Protection', 'Anti-Frizz'],
        uses: ['curly hair', 'fine hair', 'colored hair', 'an itchy scalp'],
        variants: ['250 ml', '500 ml', '1 Liter', 'Travel Size'],
        types: [
          consumable('Shampoo', 14, 35, ['Hair Conditioner']),
          consumable('Hair Conditioner', 14, 35),
          product('Hair Dryer', 62, ['Hair Brush']),
          product('Hair Brush', 16),
        ],
      },
      {
        name: 'Shaving & Grooming',
        theme: 'grooming',
        materials: ['Stainless Steel', 'Sandalwood', 'Badger-Style', 'Charcoal'],
        features: ['Close Shave', 'Soothing Formula', 'Weighted Handle', 'Long Battery Life'],
        uses: ['traditional wet shaving', 'sensitive necks', 'full beards', 'traveling light'],
        variants: ['Single', '5-Pack', '10-Pack', '100 ml'],
        types: [
          product('Safety Razor', 34, ['Razor Blades', 'Shaving Cream']),
          consumable('Razor Blades', 12, 30),
          consumable('Shaving Cream', 11, 35),
          product('Beard Trimmer', 47, ['Shaving Cream']),
        ],
      },
    ],
  },
  {
    name: 'Garden & Patio',
    weight: 0.9,
    styles: ['Rustic', 'Natural', 'Elegant', 'Durable'],
    shelves: [
      {
        name: 'Seeds & Soil',
        theme: 'gardening',
        materials: ['Organic', 'Heirloom', 'Peat-Free', 'Slow-Release'],
        features: ['High Germination', 'Rich in Nutrients', 'Pollinator Friendly', 'Child Safe'],
        uses: ['raised beds', 'balcony pots', 'kitchen herbs', 'flower borders'],
        variants: ['5-Pack', '10-Pack', '8 Quart', '20 Quart'],
        types: [
          consumable('Vegetable Seeds', 12, 45, ['Potting Soil', 'Garden Trowel']),
          consumable('Wildflower Seeds', 10, 45, ['Potting Soil']),
          consumable('Potting Soil', 17, 40),
          consumable('Plant Fertilizer', 15, 35),
        ],
      },
      {
        name: 'Garden Tools',
        theme: 'gardening',
        materials: ['Stainless Steel', 'Ash Wood', 'Galvanized', 'Carbon Steel'],
        features: ['Rust Resistant', 'Comfort Grip', 'Safety Lock', 'Kink-Free'],
        uses: ['rose gardens', 'heavy clay soil', 'fruit trees', 'small hands'],
        variants: ['Small', 'Large', '25 ft', '50 ft'],
        types: [
          product('Pruning Shears', 27, ['Gardening Gloves']),
          product('Garden Trowel', 16, ['Gardening Gloves', 'Potting Soil']),
          product('Garden Hose', 39),
          product('Gardening Gloves', 13),
        ],
      },
      {
        name: 'Outdoor Living',
        theme: 'patio',
        materials: ['Terracotta', 'Teak', 'Solar-Powered', 'Cedar'],
        features: ['Weatherproof', 'Warm White Light', 'Drainage Holes', 'Squirrel Resistant'],
        uses: ['summer evenings', 'birdwatchers', 'front porches', 'city balconies'],
        variants: ['Small', 'Medium', 'Large', '2-Pack'],
        types: [
          product('Planter Pot', 29, ['Potting Soil']),
          product('Bird Feeder', 31, ['Bird Seed']),
          consumable('Bird Seed', 18, 25),
          product('Patio Lantern', 33),
        ],
      },
    ],
  },
  {
    name: 'Musical Instruments',
    weight: 0.8,
    styles: ['Vintage', 'Modern', 'Elegant', 'Compact'],
    shelves: [
      {
        name: 'Guitars & Strings',
        theme: 'guitar',
        materials: ['Mahogany', 'Spruce', 'Phosphor Bronze', 'Nickel'],
        features: ['Warm Tone', 'Bright Tone', 'Low Action', 'Padded Gig Bag', 'Easy Tuning'],
        uses: ['fingerstyle players', 'blues and rock', 'absolute beginners', 'live shows'],
        variants: ['Full Size', 'Travel Size', 'Light Gauge', 'Medium Gauge'],
        types: [
          product('Acoustic Guitar', 189, ['Guitar Strings', 'Guitar Capo']),
          product('Electric Guitar', 259, ['Guitar Strings', 'Instrument Cable']),
          consumable('Guitar Strings', 11, 35),
          product('Guitar Capo', 15),
        ],
      },
      {
        name: 'Keyboards & Percussion',
        theme: 'keys and drums',
        materials: ['Weighted-Key', 'Maple', 'Birch', 'Folding'],
        features: ['Built-In Speakers', 'Touch Sensitive', 'Learning Mode', 'Rich Resonance'],
        uses: ['piano lessons', 'apartment practice', 'drum circles', 'stage performers'],
        variants: ['61 Keys', '88 Keys', '10-Inch', '5A'],
        types: [
          product('Digital Piano', 329, ['Piano Bench', 'Over-Ear Headphones']),
          product('Piano Bench', 58),
          product('Cajon Drum', 96),
          consumable('Drumsticks', 12, 40),
        ],
      },
      {
        name: 'Recording & Stage',
        theme: 'recording',
        materials: ['Condenser', 'Dynamic', 'Braided', 'Steel'],
        features: ['Low Noise', 'Plug and Play', 'Gold-Plated Connectors', 'Shock Mount'],
        uses: ['podcasts', 'singer-songwriters', 'home studios', 'rehearsal rooms'],
        variants: ['USB', 'XLR', '2-Channel', '3 m'],
        types: [
          product('Studio Microphone', 99, ['Microphone Stand', 'Audio Interface']),
          product('Audio Interface', 129, ['Instrument Cable', 'Over-Ear Headphones']),
          product('Microphone Stand', 34),
          product('Instrument Cable', 19),
        ],
      },
    ],
  },
];
